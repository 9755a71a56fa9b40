import { LocalError } from "../../core/error.ts";
import { command } from "../command.ts";
import { GITHUB_MEMBERS } from "../import/github.ts";
import { restoreExport } from "../import/restore.ts";
import { importTracker } from "../import/tracker.ts";

export const importCommand = command({
  name: "import",
  summary: "Make a database of a JSONL export, or bring over the issues of another tracker",
  examples: [
    "kata daemon stop && kata import --input tracker.jsonl --target restored.db",
    "kata import --source-format beads",
    `gh issue list --state all --limit 100000 --json ${GITHUB_MEMBERS} | kata import --source-format github --input -`,
  ],
  own_daemon: ({ source_format, format }) => (source_format ?? format) === undefined,
  words: [],
  flags: {
    input: { kind: "text", value: "PATH", help: "the export or the dump, or - for stdin" },
    target: { kind: "text", value: "PATH", help: "the database that an export becomes" },
    force: { kind: "switch", help: "an existing target makes room, and is kept beside the new one" },
    new_instance: { kind: "switch", help: "an identity of its own, for a copy that lives beside the first" },
    merge: { kind: "switch", help: "bring the one project of the export into an existing database" },
    source_format: { kind: "text", value: "FORMAT", help: "of another tracker: beads, or github with --input" },
    format: { kind: "text", value: "FORMAT", help: "the same, as the original called it" },
  },
  async run({ input, source_format, format, ...restoring }, context) {
    const from = source_format ?? format;
    if (from === undefined) return restoreExport({ input, ...restoring }, context);
    const { target, force, new_instance, merge } = restoring;
    if (target !== undefined || force || new_instance || merge)
      throw new LocalError(
        "usage",
        "--target, --force, --new-instance and --merge are for an export of kata",
        "Another tracker's issues go into the project of the workspace, or of --project.",
      );
    return importTracker(context, from, input);
  },
});
