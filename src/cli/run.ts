import { findRemote } from "../client/find.ts";
import { reachLocal } from "../client/reach.ts";
import { homeOf } from "../config/home.ts";
import { targetOf, tokenOf } from "../config/target.ts";
import { readWorkspaceAhead } from "../config/workspace.ts";
import { KataError, LocalError, outcomeOf } from "../core/error.ts";
import { lineSafe } from "../core/text.ts";
import { actorOf } from "./actor.ts";
import { type Answer, type Context, type Global, globalFlags } from "./command.ts";
import { commandsFor } from "./daily.ts";
import { printErr, printOut, writeLine } from "./print.ts";
import { resolveBound } from "./project.ts";
import { readCommand } from "./read.ts";
import { terminalOf } from "./terminal.ts";
import { httpTimeout } from "./timeout.ts";

/** Runs a command line and gives its exit code (cli.md §1.1). */
export async function run(argv: readonly string[]): Promise<number> {
  const state = { json: false };
  try {
    const read = readCommand(argv, await commandsFor(argv), globalFlags, state);
    if ("help" in read) {
      printOut(read.help);
      return 0;
    }
    const answer = await read.command.run(read.values, contextOf(read.values as Global));
    show(answer, read.values as Global);
    return 0;
  } catch (thrown) {
    const error = thrown instanceof LocalError ? thrown : KataError.from(thrown);
    printErr(state.json ? jsonError(error) : textError(error));
    if (error instanceof KataError && error.cause && Bun.env["KATA_DEBUG"]) printErr(String(Bun.inspect(error.cause)));
    return outcomeOf(error).exit;
  }
}

function show({ data, text, quiet, notices = [] }: Answer, { json, quiet: isQuiet }: Global): void {
  for (const line of notices) printErr(line);
  if (json) {
    if (data === null) return;
    if ("kata_api_version" in data) throw new Error("An answer must not have kata_api_version itself.");
    return printOut(JSON.stringify({ kata_api_version: 1, ...data }));
  }
  const shown = isQuiet ? (quiet ?? text) : text;
  if (shown !== "") printOut(shown);
}

function contextOf(global: Global): Context {
  const env = Bun.env;
  const home = homeOf(env);
  const folder = global.workspace ?? ".";
  const notice = (line: string) => printErr(line);
  const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
    let made: Promise<T> | undefined;
    return () => (made ??= make());
  };
  const files = once(() => readWorkspaceAhead(folder, [home.lock, home.config]));
  const client = once(async () => {
    await files();
    const target = targetOf(env, folder);
    const timeoutMs = httpTimeout(env, notice);
    const token = tokenOf(env, home);
    return target.kind === "remote" ? findRemote(target, token, timeoutMs) : reachLocal({ home, token, env, timeoutMs, say: notice });
  });
  return {
    global,
    env,
    home,
    folder,
    terminal: terminalOf(env),
    actor: () => actorOf(global.as, env, folder).actor,
    client,
    project: once(async () => {
      await files();
      return resolveBound(client, folder, global.project || undefined);
    }),
    write: writeLine,
    notice,
  };
}

function textError(error: KataError | LocalError): string {
  const hint = error.hint === undefined ? "" : `\nHint: ${lineSafe(error.hint)}`;
  // A list in a message has lines of its own; set in, none of them can pass for another message.
  return `kata: ${error.message.split("\n").map(lineSafe).join("\n  ")}${hint}`;
}

function jsonError(error: KataError | LocalError): string {
  const { kind, exit } = outcomeOf(error);
  const { message, hint } = error;
  const code = error instanceof KataError && error.code !== "internal" ? error.code : undefined;
  const data = error instanceof KataError ? error.data : undefined;
  return JSON.stringify({ error: { kind, code, message, hint, data, exit_code: exit } });
}
