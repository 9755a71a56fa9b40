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
  const reader = new ArgReader(globals, (flag) => commandLike(flag, commands) ?? "`kata help` lists the commands and their common flags.");
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
      found = path[0] === "help" ? undefined : commandOrGroup(path, commands, state);
      if (found) reader.know(found.flags, adviceOf(found));
    }
  }
  return found ? finish(found, reader) : helpOn(path, reader.words, commands, state);
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

/** A command that is called as the flag is. */
function commandLike(flag: string, commands: readonly Command[]): string | undefined {
  const found = named([flag.replace(/^--?/, "")], commands);
  return found && `Did you mean \`kata ${found.name}\`?`;
}

function adviceOf({ name, guessedFlags = {} }: Command): (flag: string) => string {
  return (flag) => (Object.hasOwn(guessedFlags, flag) && guessedFlags[flag]) || `\`kata help ${name}\` lists its flags.`;
}

function named(path: readonly string[], commands: readonly Command[]): Command | undefined {
  const name = path.join(" ");
  return commands.find((command) => command.name === name || command.aliases?.includes(name));
}

function isGroup(path: readonly string[], commands: readonly Command[]): boolean {
  return commands.some(({ name }) => name.startsWith(`${path.join(" ")} `));
}

/** Help on what `help` names, on a group that was named alone, or on all. */
function helpOn(path: readonly string[], words: readonly string[], commands: readonly Command[], state: State): Read {
  if (path[0] !== "help" && words[0] !== undefined) throw strayWord(words[0]);
  const about = path[0] === "help" ? [...path.slice(1), ...words] : path;
  if (about.length === 0 || about[0] === "help") return { help: generalHelp(commands) };
  const found = named(about, commands);
  if (found) return { help: helpOf(found) };
  if (isGroup(about, commands)) return { help: groupHelp(about.join(" "), commands) };
  throw unknownCommand(about, commands, state);
}

function strayWord(word: string): LocalError {
  const message = `${JSON.stringify(word)} stands behind --, where no command is looked for`;
  return new LocalError("usage", message, "Put -- after the command's name.");
}

/** Always told in text: a caller that does not know the command can't have asked it for JSON. */
function unknownCommand(path: readonly string[], commands: readonly Command[], state: State): LocalError {
  Object.assign(state, { json: false });
  const name = path.join(" ");
  const group = path.slice(0, -1).join(" ");
  const meant = commands.find(({ guesses }) => guesses?.includes(name))?.name ?? nearest(path.at(-1) ?? "", group, commands);
  const list = group === "" ? "`kata help` lists the commands." : `\`kata help ${group}\` lists its commands.`;
  return new LocalError("usage", `unknown command ${JSON.stringify(name)}`, meant === undefined ? list : `Did you mean \`kata ${meant}\`?`);
}

/** The command of a group that is called most like this: only the words behind the group are compared. */
function nearest(word: string, group: string, commands: readonly Command[]): string | undefined {
  const before = group === "" ? "" : `${group} `;
  const names = commands.flatMap(({ name, aliases = [] }) => [name, ...aliases]).filter((each) => each.startsWith(before));
  const near = closest(word, [...new Set(names.map((each) => each.slice(before.length).split(" ")[0] ?? ""))]);
  return near === undefined ? undefined : before + near;
}
