import { LocalError } from "../../core/error.ts";
import type { Answer, Context } from "../command.ts";
import { countsText, offline } from "../offline.ts";

type Given = { input: string | undefined; target: string | undefined; force: boolean; new_instance: boolean; merge: boolean };

/** Makes a database of an export of kata, or brings its one project into another. */
export async function restoreExport({ input, target, ...flags }: Given, context: Context): Promise<Answer> {
  if (!input) throw new LocalError("validation", "--input is missing", "Name the file: --input PATH, or - for stdin.");
  if (!target) throw new LocalError("validation", "--target is missing", "Name the database that it becomes: --target PATH.");
  const misplaced = flags.merge && (flags.force ? "--force" : flags.new_instance ? "--new-instance" : undefined);
  if (misplaced) throw new LocalError("usage", `--merge and ${misplaced} can't be used together`, "--merge goes into a database as it is.");

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
}
