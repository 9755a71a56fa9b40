import { command } from "../command.ts";
import { countsText, elsewhereNotices, offline } from "../offline.ts";

export const backup = command({
  name: "backup",
  summary: "Copy the database, and write it as JSONL beside the copy",
  examples: ["kata backup"],
  own_daemon: true,
  words: [],
  flags: { output: { kind: "text", value: "PATH", help: "a folder for the two files, or the name of the copy (here)" } },
  async run({ output }, context) {
    const data = await offline(context, "backup", ({ backUp }, given) => backUp({ output: output || undefined, ...given }));
    return {
      data,
      text: `backed up ${countsText(data.counts)}: ${data.snapshot} and ${data.export}`,
      quiet: "",
      notices: elsewhereNotices(context),
    };
  },
});
