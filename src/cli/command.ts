import type { Client } from "../client/client.ts";
import type { Home } from "../config/home.ts";
import type { Asking, Target } from "../config/target.ts";
import type { LocalError } from "../core/error.ts";
import type { Args, Flags } from "./args.ts";
import type { Terminal } from "./terminal.ts";

/** The flags that every command takes. */
export const globalFlags = {
  json: { kind: "switch", help: "answer in JSON" },
  quiet: { kind: "switch", short: "q", help: "say less" },
  as: { kind: "text", value: "ACTOR", help: "who makes the change" },
  workspace: { kind: "text", value: "PATH", help: "the folder to look for the project in (here)" },
  project: { kind: "text", value: "NAME", help: "the project, instead of the workspace's" },
  daemon: { kind: "text", value: "NAME", help: "the daemon of this name in config.toml" },
  help: { kind: "switch", short: "h", help: "show help" },
} as const satisfies Flags;

export type Global = Args<never, typeof globalFlags>;

/** The project that a command works in. */
export type Bound = { id: number; name: string };

/** What a command works with. Whatever costs a request is asked for, not given. */
export type Context = {
  global: Global;
  env: Record<string, string | undefined>;
  home: Home;
  /** The folder that the project is looked for from. */
  folder: string;
  terminal: Terminal;
  /** The command line, as it was given. */
  argv: readonly string[];
  actor(): string;
  /** What the selection of a daemon is made from. */
  asking: Asking;
  /** Which daemon is selected, and why. */
  target(): Target;
  /** A client of the selected daemon; this machine's own is started if none answers. */
  client(): Promise<Client>;
  /** The project of `--project` or the workspace. */
  project(): Promise<Bound>;
  /** Writes a line on stdout at once, before the command has ended; false when nobody reads it any more. */
  write(line: string): boolean;
  /** Writes a line for people on stderr. */
  notice(line: string): void;
};

/**
 * What a command answers: `data` for --json, `text` for people (without its last line end; empty for nothing), `quiet`
 * for -q where that differs, `notices` for stderr, `failure` for what is refused nevertheless.
 */
export type Answer = {
  data: Readonly<Record<string, unknown>> | null;
  text: string;
  quiet?: string;
  notices?: readonly string[];
  failure?: LocalError;
};

type Definition<W extends string, F extends Flags> = {
  name: string;
  aliases?: readonly string[];
  /** What people try before they know its name: not taken, but answered with the name. */
  guesses?: readonly string[];
  /** The same for its flags, each with what does what was wanted. */
  guessedFlags?: Readonly<Record<string, string>>;
  summary: string;
  /** Shown under "Examples" by help: each is run by a test. */
  examples?: readonly string[];
  /** Whether it is about the daemon of this machine whatever is selected, or with which arguments: --daemon is refused. */
  own_daemon?: true | ((args: Args<W, F>) => boolean);
  words: readonly W[];
  flags: F;
  run(args: Args<W, F>, context: Context): Promise<Answer>;
};

export type Command = Definition<string, Flags>;

/** A command, with its arguments typed from its own definition. */
export function command<const W extends string, const F extends Flags>(definition: Definition<W, F>): Command {
  return definition as unknown as Command;
}
