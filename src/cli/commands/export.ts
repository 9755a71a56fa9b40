import { LocalError } from "../../core/error.ts";
import { fileStamp } from "../../core/time.ts";
import { command } from "../command.ts";
import { elsewhereNotices, offline } from "../offline.ts";

export const exportCommand = command({
  name: "export",
  summary: "Write the database as JSONL",
  examples: ["kata export --output tracker.jsonl --allow-running-daemon"],
  own_daemon: true,
  words: [],
  flags: {
    output: { kind: "text", value: "PATH", help: "the file, or - for stdout (kata-export-<time>.jsonl)" },
    project_id: { kind: "number", value: "ID", help: "one project alone, as --project NAME" },
    include_deleted: { kind: "switch", on: true, help: "deleted issues too; =false leaves them out" },
    allow_running_daemon: { kind: "switch", help: "write beside a running daemon" },
    compatible: { kind: "switch", help: "leave out what the original kata does not know" },
  },
  async run({ output, ...flags }, context) {
    const path = output ?? `kata-export-${fileStamp(new Date().toISOString())}.jsonl`;
    if (path === "") throw new LocalError("validation", "--output must not be empty", "Name a file, or - for stdout.");
    const toStdout = path === "-";
    const write = (text: string): Promise<void> => {
      if (context.write(text.trimEnd())) return Promise.resolve();
      throw new LocalError("internal", "Nobody reads the export any more: it is not whole.", "Export to a file.");
    };
    const counts = await offline(context, "export", ({ exportFile }, given) =>
      exportFile({ ...flags, ...given, project_name: context.global.project || undefined, output: toStdout ? write : path }),
    );
    const answer = toStdout ? { data: null, text: "" } : { data: { output: path, counts }, text: `exported ${path}`, quiet: "" };
    return { ...answer, notices: elsewhereNotices(context) };
  },
});
