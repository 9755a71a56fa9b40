import { KataError, LocalError } from "../../core/error.ts";
import { closest } from "../../core/text.ts";
import { command } from "../command.ts";
import { checkPriority } from "../priority.ts";
import { issueRows } from "../issue-rows.ts";

const STATUSES = ["open", "closed", "all"] as const;

export const list = command({
  name: "list",
  guesses: ["ls", "issues"],
  summary: "List issues, the latest changed first",
  examples: ["kata list", "kata list --status all --max-priority 1"],
  words: [],
  flags: {
    status: { kind: "text", value: "open|closed|all", help: "which issues (open)" },
    limit: { kind: "number", help: "at most so many (50)" },
    priority: { kind: "number", help: "of this priority" },
    max_priority: { kind: "number", help: "of this priority or a more urgent one" },
  },
  async run({ status = "open", limit = 50, priority, max_priority }, context) {
    if (limit <= 0) throw new LocalError("validation", `--limit must be 1 or more, not ${limit}.`, "A large number lists all.");
    checkPriority("--priority", priority);
    checkPriority("--max-priority", max_priority);
    const wanted = STATUSES.find((each) => each === status);
    if (wanted === undefined) {
      const near = closest(status, STATUSES);
      throw new KataError("validation", `--status must be open, closed or all, not ${JSON.stringify(status)}.`, {
        hint: near ? `Did you mean ${near}?` : "all lists both.",
      });
    }
    const project = await context.project();
    const query = { ...(wanted !== "all" && { status: wanted }), limit, priority, max_priority };
    const data = await (await context.client()).call("issues.list", { params: { project_id: project.id }, query });
    const nothing = context.terminal.isTerminal && data.issues.length === 0 ? [`No ${wanted === "all" ? "" : `${wanted} `}issues.`] : [];
    return { data, text: issueRows(data.issues, context.terminal), notices: nothing };
  },
});
