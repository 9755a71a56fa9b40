import type { Routes } from "../../api/routes.ts";
import type { Send } from "../../client/send.ts";
import { LocalError } from "../../core/error.ts";
import { IMPORT_LIMIT } from "../../core/import.ts";
import { labelLike } from "../../core/label.ts";
import type { Answer, Context } from "../command.ts";

/** A large batch takes the daemon minutes. */
const PATIENCE_MS = 10 * 60_000;

/** An issue as the daemon takes it. */
export type Item = Send<Routes["imports.run"]>["body"]["items"][number];

/** What another tracker has, and what of it is left out. */
export type Batch = { source: string; items: Item[]; left_out: readonly string[] };

/** Sends a batch to the daemon, which takes all of it or nothing, and tells what came of it. */
export async function sendBatch(context: Context, { source, items, left_out }: Batch): Promise<Answer> {
  const body = { actor: context.actor(), source, items };
  const size = new TextEncoder().encode(JSON.stringify(body)).length;
  if (size > IMPORT_LIMIT)
    throw new LocalError(
      "validation",
      `The ${items.length} issues are ${inMiB(size)} MiB, and a daemon takes ${inMiB(IMPORT_LIMIT)} MiB at once.`,
      "Import them in parts. Links between issues of different parts are left out.",
    );
  const project = await context.project();
  const client = (await context.client()).waiting(PATIENCE_MS);
  const data = await client.call("imports.run", { params: { project_id: project.id }, body });
  const { created, updated, unchanged, comments, links } = data;
  const text = `imported ${count(items.length, "issue")} from ${source} into ${project.name}: ${created} created, ${updated} updated, ${unchanged} unchanged; ${count(comments, "new comment")}, ${count(links, "new link")}`;
  return { data, text, quiet: "", notices: left_out.map((line) => `kata: ${line}`) };
}

const inMiB = (bytes: number): number => Math.ceil(bytes / 1_048_576);

export const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;

/** Labels of another tracker as kata can have them, and those that it can't. */
export class Labels {
  readonly #refused = new Set<string>();

  /** The labels that some texts can stand for. */
  of(texts: readonly string[]): string[] {
    return texts.flatMap((text) => {
      const label = labelLike(text);
      if (label === undefined) this.#refused.add(text);
      return label ?? [];
    });
  }

  /** What is to be said of those that nothing is left of. */
  leftOut(): string[] {
    const names = [...this.#refused].slice(0, 5).map((text) => JSON.stringify(text));
    return this.#refused.size === 0
      ? []
      : [`${count(this.#refused.size, "label")} left out, with no letter that kata takes: ${names.join(", ")}`];
  }
}

/** A body, and under a line what the original was. */
export function withFooter(body: string, lines: readonly (string | false | undefined)[]): string {
  const text = body.replaceAll("\r\n", "\n").trimEnd();
  return `${text === "" ? "" : `${text}\n\n`}---\n${lines.filter(Boolean).join("\n")}`;
}
