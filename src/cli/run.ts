import { findRemote } from "../client/find.ts";
import { reachLocal } from "../client/reach.ts";
import { homeOf } from "../config/home.ts";
import { checkDaemonName } from "../config/choice.ts";
import { readSettings } from "../config/settings.ts";
import { targetOf } from "../config/target.ts";
import { readWorkspaceAhead } from "../config/workspace.ts";
import { KataError, LocalError, outcomeOf } from "../core/error.ts";
import { ofSystem } from "../core/system-error.ts";
import { lineSafe } from "../core/text.ts";
import { changingActor } from "./actor.ts";
import { type Answer, type Command, type Context, type Global, globalFlags } from "./command.ts";
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
      await printOut(state.json ? jsonAnswer({ help: read.help }) : read.help);
      return 0;
    }
    const global: Global = read.values;
    checkDaemonFlag(read.command, read.values);
    const answer = await read.command.run(read.values, contextOf(global, argv));
    await show(answer, global);
    if (answer.failure) throw answer.failure;
    return 0;
  } catch (thrown) {
    const error = refusalOf(thrown);
    printErr(state.json ? jsonError(error) : textError(error));
    if (error instanceof KataError && error.cause && Bun.env["KATA_DEBUG"]) printErr(String(Bun.inspect(error.cause)));
    return outcomeOf(error).exit;
  }
}

async function show({ data, text, quiet, notices = [] }: Answer, { json, quiet: isQuiet }: Global): Promise<void> {
  for (const line of notices) printErr(lineSafe(line));
  if (json) {
    if (data !== null) await printOut(jsonAnswer(data));
    return;
  }
  const shown = isQuiet ? (quiet ?? text) : text;
  if (shown !== "") await printOut(shown);
}

function jsonAnswer(data: Readonly<Record<string, unknown>>): string {
  if ("kata_api_version" in data) throw new Error("An answer must not have kata_api_version itself.");
  return JSON.stringify({ kata_api_version: 1, ...data });
}

function checkDaemonFlag({ name, own_daemon = () => false }: Command, args: Global): void {
  if (checkDaemonName(args.daemon) === undefined || (own_daemon !== true && !own_daemon(args as never))) return;
  throw new LocalError(
    "usage",
    `\`kata ${name}\` is about the daemon of this machine: it can't be used with --daemon`,
    "For the daemon of another home on this machine, set KATA_HOME.",
  );
}

function contextOf(global: Global, argv: readonly string[]): Context {
  const env = Bun.env;
  const home = homeOf(env);
  const folder = global.workspace ?? ".";
  const notice = (line: string) => printErr(lineSafe(line));
  const asking = { daemon: global.daemon, env, folder, home, settings: lazy(() => readSettings(home)), notice };
  const target = lazy(() => targetOf(asking));
  const files = lazy(() => readWorkspaceAhead(folder, [home.lock, home.config]));
  const client = lazy(async () => {
    await files();
    const timeoutMs = httpTimeout(env, notice);
    const chosen = target();
    if (chosen.kind === "remote") return findRemote(chosen, timeoutMs);
    return reachLocal({ home: chosen.home, token: chosen.token, env, timeoutMs, say: notice });
  });
  return {
    global,
    env,
    home,
    folder,
    terminal: terminalOf(env),
    argv,
    actor: () => changingActor(global.as, env, folder),
    asking,
    target,
    client,
    project: lazy(async () => {
      await files();
      return resolveBound(client, folder, global.project || undefined);
    }),
    write: writeLine,
    notice,
  };
}

function lazy<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** Whatever was thrown, as a refusal that says what to do next. */
function refusalOf(thrown: unknown): KataError | LocalError {
  if (thrown instanceof LocalError) return thrown;
  if (!(thrown instanceof KataError)) {
    const hint = "That is a fault of kata. With KATA_DEBUG=1 it shows where.";
    return ofSystem(thrown) ?? new KataError("internal", KataError.from(thrown).message, { hint, cause: thrown });
  }
  if (thrown.code !== "internal" || thrown.hint !== undefined) return thrown;
  const { message, data, cause } = thrown;
  return new KataError("internal", message, { hint: `The daemon's log says more: here it is ${homeOf(Bun.env).log}.`, data, cause });
}

function textError(error: KataError | LocalError): string {
  const hint = error.hint === undefined ? "" : `\nHint: ${lineSafe(error.hint)}`;
  // A list in a message has lines of its own; set in, none of them can pass for another message.
  return `kata: ${error.message.split("\n").map(lineSafe).join("\n  ")}${hint}`;
}

function jsonError(error: KataError | LocalError): string {
  const { kind, exit } = outcomeOf(error);
  const { message, hint } = error;
  const code = error.code === "internal" ? undefined : error.code;
  return JSON.stringify({ error: { kind, code, message, hint, data: error.data, exit_code: exit } });
}
