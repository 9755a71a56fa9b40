import { LocalError } from "../../core/error.ts";
import { command } from "../command.ts";
import { countsText, offline } from "../offline.ts";

export const importCommand = command({
  name: "import",
  summary: "Make a database of a JSONL export",
  examples: ["kata daemon stop && kata import --input tracker.jsonl --target restored.db"],
  own_daemon: true,
  words: [],
  flags: {
    input: { kind: "text", value: "PATH", help: "the export, or - for stdin" },
    target: { kind: "text", value: "PATH", help: "the database that it becomes" },
    force: { kind: "switch", help: "an existing target makes room, and is kept beside the new one" },
    new_instance: { kind: "switch", help: "an identity of its own, for a copy that lives beside the first" },
    merge: { kind: "switch", help: "bring the one project of the export into an existing database" },
  },
  async run({ input, target, ...flags }, context) {
    if (!input) throw new LocalError("validation", "--input is missing", "Name the file: --input PATH, or - for stdin.");
    if (!target) throw new LocalError("validation", "--target is missing", "Name the database that it becomes: --target PATH.");
    const misplaced = flags.merge && (flags.force ? "--force" : flags.new_instance ? "--new-instance" : undefined);
    if (misplaced)
      throw new LocalError("usage", `--merge and ${misplaced} can't be used together`, "--merge goes into a database as it is.");

    const { notes, former, ...told } = await offline(context, "import", ({ importFile }, given) =>
      importFile({ input, target, ...flags, ...given }),
    );
    const counts = Object.fromEntries(
      Object.entries(told.counts).flatMap(([kind, { database }]) => (database > 0 ? [[kind, database]] : [])),
    );
    const notices = [
      ...notes,
      ...Object.entries(told.unknown).map(([name, n]) => `${n} ${name} left out: this kata does not know what that is`),
      ...Object.entries(told.left_out).map(([kind, n]) => `${n} ${kind} left out: not of the project alone, or taken in the target`),
      ...(former === undefined ? [] : [`what was at ${target} is kept as ${former}`]),
    ];
    return {
      data: { target, ...told, ...(notes.length > 0 && { notes }), ...(former !== undefined && { former }) },
      text: `imported ${countsText(counts)} into ${target}`,
      quiet: "",
      notices: notices.map((line) => `kata: ${line}`),
    };
  },
});
