import type { Issue } from "../api/shapes.ts";
import { lineSafe } from "../core/text.ts";

/** What a change made of an issue, on one line, with the links that it changed (cli.md §2.1). */
export function mutationLine(issue: Pick<Issue, "short_id" | "title" | "status">, links: readonly string[] = []): string {
  const line = `${issue.short_id} ${lineSafe(issue.title)} [${issue.status}]`;
  return links.length === 0 ? line : `${line} links: ${lineSafe(links.join(", "))}`;
}
