import { followRuns, lastRuns } from "../hook-runs.ts";
import { LocalError } from "../../core/error.ts";
import { hasFailed, type HookRun } from "../../core/hook-run.ts";
import { command } from "../command.ts";

export const daemonLogs = command({
  name: "daemon logs",
  summary: "Show how runs of hooks went, one JSON object a line",
  examples: ["kata daemon logs --hooks", "kata daemon logs --hooks --failed-only --limit 5"],
  own_daemon: true,
  words: [],
  flags: {
    hooks: { kind: "switch", help: "how runs of hooks went, which is all that it shows" },
    tail: { kind: "switch", help: "go on with the runs that come" },
    limit: { kind: "number", help: "the last so many (100)" },
    failed_only: { kind: "switch", help: "only those that did not end by themselves with exit code 0" },
    event_type: { kind: "text", value: "TYPE", help: "only those for events of this type" },
    hook_index: { kind: "number", value: "N", help: "only those of the Nth [[hook]], from 0; -1 is all (-1)" },
  },
  async run({ hooks, tail, limit = 100, failed_only, event_type, hook_index = -1 }, { home, write }) {
    if (!hooks)
      throw new LocalError(
        "usage",
        "`kata daemon logs` needs --hooks: it shows how runs of hooks went",
        `What the daemon itself says is in ${home.log}, or in the journal of whatever runs it.`,
      );
    if (limit <= 0) throw new LocalError("validation", `--limit must be 1 or more, not ${limit}.`, "Without it the last 100 are shown.");
    if (hook_index < -1)
      throw new LocalError("validation", `--hook-index must be -1 or more, not ${hook_index}.`, "0 is the first [[hook]], and -1 is all.");
    const fits = (run: HookRun) =>
      !(failed_only && !hasFailed(run)) &&
      (event_type === undefined || run.event_type === event_type) &&
      (hook_index === -1 || run.hook_index === hook_index);
    const { lines, end } = lastRuns(home.hooks, limit, fits);
    let isRead = true;
    for (const line of lines) isRead &&= write(line);
    if (tail && isRead) await followRuns(home.hooks, end, fits, write);
    return { data: null, text: "" };
  },
});
