import { LocalError } from "../core/error.ts";
import { closest } from "../core/text.ts";
import { ArgReader, type Flags } from "./args.ts";
import type { Command } from "./command.ts";
import { generalHelp, groupHelp, helpOf, usageOf } from "./help.ts";

type Read = { help: string } | { command: Command; values: never };

type State = { json: boolean };

/** Reads a command line from left to right: the first fault ends it. `state.json` says whether --json stood before. */
export function readCommand(argv: readonly string[], commands: readonly Command[], globals: Flags, state: State): Read {
  const rest = [...argv];
  const reader = new ArgReader(globals);
  const path: string[] = [];
  let found: Command | undefined;
  while (rest.length > 0) {
    if (isFlag(rest[0])) {
      reader.readFlag(rest);
      Object.assign(state, { json: reader.values["json"] === true });
    } else if (found || rest[0] === "--") {
      reader.takeWords(rest);
    } else {
      path.push(rest.shift() ?? "");
      if (path[0] === "help") return helpAbout(rest, commands);
      found = commandOrGroup(path, commands, state);
      reader.know(found?.flags ?? {});
    }
  }
  return found ? finish(found, reader) : { help: path.length === 0 ? generalHelp(commands) : groupHelp(path.join(" "), commands) };
}

const isFlag = (arg = ""): boolean => arg.startsWith("-") && arg !== "-" && arg !== "--";

/** The command of this name; undefined while it is only the name of a group. */
function commandOrGroup(path: readonly string[], commands: readonly Command[], state: State): Command | undefined {
  const found = named(path, commands);
  if (!found && !isGroup(path, commands)) throw unknownCommand(path, commands, state);
  return found;
}

function finish(command: Command, reader: ArgReader): Read {
  if (reader.values["help"] === true) return { help: helpOf(command) };
  reader.nameWords(command.words, () => usageOf(command));
  return { command, values: reader.values as never };
}

function named(path: readonly string[], commands: readonly Command[]): Command | undefined {
  const name = path.join(" ");
  return commands.find((command) => command.name === name || command.aliases?.includes(name));
}

function isGroup(path: readonly string[], commands: readonly Command[]): boolean {
  return commands.some(({ name }) => name.startsWith(`${path.join(" ")} `));
}

function helpAbout(words: readonly string[], commands: readonly Command[]): Read {
  const path = words.filter((word) => !word.startsWith("-"));
  if (path.length === 0) return { help: generalHelp(commands) };
  const found = named(path, commands);
  if (found) return { help: helpOf(found) };
  if (isGroup(path, commands)) return { help: groupHelp(path.join(" "), commands) };
  throw unknownCommand(path, commands, { json: false });
}

/** Always told in text: a caller that does not know the command can't have asked it for JSON. */
function unknownCommand(path: readonly string[], commands: readonly Command[], state: State): LocalError {
  Object.assign(state, { json: false });
  const names = commands.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
  const group = path.slice(0, -1).join(" ");
  const near = closest(
    path.join(" "),
    group === ""
      ? [...new Set(names.flatMap((name) => [name, name.split(" ")[0] ?? name]))]
      : names.filter((name) => name.startsWith(group)),
  );
  return new LocalError(
    "usage",
    `unknown command ${JSON.stringify(path.join(" "))}`,
    near ? `Did you mean \`kata ${near}\`?` : "`kata help` lists the commands.",
  );
}
