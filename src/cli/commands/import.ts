import { LocalError } from "../../core/error.ts";
import { command } from "../command.ts";
import { GITHUB_MEMBERS } from "../import/github.ts";
import { importTracker } from "../import/tracker.ts";

export const importCommand = command({
  name: "import",
  summary: "Bring over the issues of another tracker",
  examples: [
    "kata import --source-format beads",
    `gh issue list --state all --limit 100000 --json ${GITHUB_MEMBERS} | kata import --source-format github --input -`,
  ],
  words: [],
  flags: {
    source_format: { kind: "text", value: "FORMAT", help: "beads, or github with --input" },
    input: { kind: "text", value: "PATH", help: "the dump, or - for stdin" },
  },
  async run({ source_format, input }, context) {
    if (source_format === undefined)
      throw new LocalError("validation", "--source-format is missing", "Name the tracker: --source-format beads, or github.");
    return importTracker(context, source_format, input);
  },
});
