import { LocalError } from "../core/error.ts";
import { closest } from "../core/text.ts";
import { ArgReader, type Flags } from "./args.ts";
import type { Command } from "./command.ts";
import { commands } from "./commands.ts";
import { generalHelp, groupHelp, helpOf, usageOf } from "./help.ts";

type Read = { help: string } | { command: Command; values: never };

/** Reads a command line from left to right: the first fault ends it. `state.json` says whether --json stood before. */
export function readCommand(argv: readonly string[], globals: Flags, state: { json: boolean }): Read {
  const rest = [...argv];
  const reader = new ArgReader(globals);
  let path: string[] = [];
  let found: Command | undefined;
  while (rest.length > 0) {
    const [arg = ""] = rest;
    if (arg === "--") {
      rest.shift();
      reader.words.push(...rest.splice(0));
    } else if (arg.startsWith("-") && arg !== "-") {
      reader.readFlag(rest);
      state.json = reader.values["json"] === true;
    } else {
      rest.shift();
      if (found) reader.words.push(arg);
      else {
        path = [...path, arg];
        found = named(path);
        if (found) reader.know(found.flags);
        else if (path[0] === "help") return helpAbout(rest);
        else if (!isGroup(path)) throw unknownCommand(path, state);
      }
    }
  }
  if (!found) return { help: path.length === 0 ? generalHelp() : groupHelp(path.join(" ")) };
  if (reader.values["help"] === true) return { help: helpOf(found) };
  reader.nameWords(found.words, usageOf(found));
  return { command: found, values: reader.values as never };
}

function named(path: readonly string[]): Command | undefined {
  const name = path.join(" ");
  return commands.find((command) => command.name === name || command.aliases?.includes(name));
}

function isGroup(path: readonly string[]): boolean {
  return commands.some(({ name }) => name.startsWith(`${path.join(" ")} `));
}

function helpAbout(words: readonly string[]): Read {
  const path = words.filter((word) => !word.startsWith("-"));
  if (path.length === 0) return { help: generalHelp() };
  const found = named(path);
  if (found) return { help: helpOf(found) };
  if (isGroup(path)) return { help: groupHelp(path.join(" ")) };
  throw unknownCommand(path, { json: false });
}

/** Always told in text: a caller that does not know the command can't have asked it for JSON. */
function unknownCommand(path: readonly string[], state: { json: boolean }): LocalError {
  state.json = false;
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
