import { LocalError } from "../../core/error.ts";
import { command } from "../command.ts";
import { readyRows } from "../issue-rows.ts";

export const ready = command({
  name: "ready",
  guesses: ["todo"],
  summary: "List open issues that nothing open blocks, the latest changed first",
  examples: ["kata ready", "kata ready --limit 5"],
  words: [],
  flags: { limit: { kind: "number", help: "at most so many (0: all)" } },
  async run({ limit = 0 }, context) {
    if (limit < 0) throw new LocalError("validation", `--limit must not be negative, not ${limit}.`, "0 lists all.");
    const project = await context.project();
    const data = await (await context.client()).call("issues.ready", { params: { project_id: project.id }, query: { limit } });
    const nothing = context.terminal.isTerminal && data.issues.length === 0 ? ["No ready issues."] : [];
    return { data, text: readyRows(data.issues, context.terminal), notices: nothing };
  },
});
