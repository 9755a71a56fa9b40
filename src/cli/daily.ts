import type { Command } from "./command.ts";
import { close } from "./commands/close.ts";
import { comment } from "./commands/comment.ts";
import { create } from "./commands/create.ts";
import { edit } from "./commands/edit.ts";
import { list } from "./commands/list.ts";
import { ready } from "./commands/ready.ts";
import { show } from "./commands/show.ts";
import { version } from "./commands/version.ts";
import { globalFlags } from "./command.ts";
import { dashed } from "./args.ts";

/** The commands that are called all day: a call of one of them is read without loading the others, which takes a while. */
const daily: readonly Command[] = [create, list, ready, show, edit, comment, close, version];

/** The commands that a command line may mean: all of them, unless its first word is one of these few. */
export async function commandsFor(argv: readonly string[]): Promise<readonly Command[]> {
  const first = argv.find((arg) => !isSwitch(arg));
  return daily.some(({ name }) => name === first) ? daily : (await import("./commands.ts")).commands;
}

const isSwitch = (arg: string): boolean =>
  arg.startsWith("-") &&
  Object.entries(globalFlags).some(
    ([name, flag]) => flag.kind === "switch" && (arg === dashed(name) || ("short" in flag && arg === `-${flag.short}`)),
  );
