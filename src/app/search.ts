import type { Issue } from "../api/shapes.ts";
import { issuesByIds } from "../store/issues.ts";
import { projectAt } from "../store/projects.ts";
import { type Column, searchIssues as findHits, searchWords } from "../store/search.ts";
import type { App } from "./app.ts";

type SearchInput = { project_id: number; q: string; limit: number; include_deleted: boolean };
export type SearchResult = { issue: Issue; score: number; matched_in: Column[] };

/** Issues that have every word of a query, best first (http-api.md §7). */
export async function searchIssues(app: App, { project_id, q, limit, include_deleted }: SearchInput): Promise<SearchResult[]> {
  await projectAt(app.db, project_id);
  const hits = await findHits(app.db, { words: searchWords(q), project_id, limit, include_deleted });
  const issues = new Map(
    (
      await issuesByIds(
        app.db,
        hits.map(({ issue_id }) => issue_id),
      )
    ).map((issue) => [issue.id, issue]),
  );
  return hits.flatMap(({ issue_id, score, matched_in }) => {
    const issue = issues.get(issue_id);
    return issue ? [{ issue, score, matched_in }] : [];
  });
}
