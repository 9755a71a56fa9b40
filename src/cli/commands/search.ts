import { LocalError } from "../../core/error.ts";
import { isBlank } from "../../core/text.ts";
import { command } from "../command.ts";
import { hitRows } from "../issue-rows.ts";

export const search = command({
  name: "search",
  guesses: ["find", "grep", "query"],
  summary: "Find issues that have all of some words",
  examples: ["kata search safari login", "kata search timeout --include-deleted"],
  words: ["words..."],
  flags: {
    limit: { kind: "number", help: "at most so many (20)" },
    include_deleted: { kind: "switch", help: "deleted issues too" },
  },
  async run({ words, limit = 20, include_deleted }, context) {
    const q = words.join(" ");
    if (isBlank(q))
      throw new LocalError("validation", "The words to search for must not be blank.", "`kata list` lists issues without any.");
    const project = await context.project();
    const query = { q, limit, ...(include_deleted && { include_deleted: "true" as const }) };
    const data = await (await context.client()).call("issues.search", { params: { project_id: project.id }, query });
    return data.results.length === 0 ? { data, text: "no matches", quiet: "" } : { data, text: hitRows(data.results, context.terminal) };
  },
});
