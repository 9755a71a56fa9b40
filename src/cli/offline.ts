import type { Context } from "./command.ts";
import { isTerminal } from "./terminal.ts";
import { printPart } from "./print.ts";

type Offline = (typeof import("../offline/main.ts"))["offline"];

let load: (() => Promise<{ offline: Offline }>) | undefined;

/** The command line never loads what opens the database itself: main hands it in. */
export function provideOffline(given: () => Promise<{ offline: Offline }>): void {
  load = given;
}

const PATIENCE_MS = 1_000;
const PAUSE_MS = 200;

type Work = { home: Context["home"]; watch(done: number): Promise<void>; notice(line: string): void };

/** Does work on the database without a daemon. If it takes long, people see how far it is; an interrupt leaves nothing half done. */
export async function offline<T>(
  { home, notice, global }: Context,
  what: string,
  work: (offline: Offline, given: Work) => Promise<T>,
): Promise<T> {
  if (!load) throw new Error("Nothing was provided.");
  const { offline: loaded } = await load();
  const interrupt = (_: string, number: number) => {
    loaded.dropUnfinished();
    notice(`kata: The ${what} was interrupted, and nothing of it is left.`);
    process.exit(128 + number);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, interrupt);
  const progress = progressOf(what, !global.quiet && !global.json && isTerminal(2));
  try {
    return await work(loaded, { home, notice, watch: progress.watch });
  } finally {
    progress.end();
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.removeListener(signal, interrupt);
  }
}

/** A line that says how far the work is, once it has taken a while. */
function progressOf(what: string, isShown: boolean): { watch(done: number): Promise<void>; end(): void } {
  let next = performance.now() + PATIENCE_MS;
  let begun = false;
  return {
    watch: async (done) => {
      await new Promise(setImmediate);
      if (!isShown || performance.now() < next) return;
      printPart(`\r${what}: ${done} records`);
      next = performance.now() + PAUSE_MS;
      begun = true;
    },
    end: () => {
      if (begun) printPart("\r\u001b[K");
    },
  };
}

/** What people must know who have selected another daemon: these commands work on this machine's database all the same. */
export function elsewhereNotices({ target, home, global }: Context): string[] {
  if (global.quiet) return [];
  let kind: string;
  try {
    kind = target().kind;
  } catch {
    kind = "remote";
  }
  return kind === "remote" ? [`kata: this is the database of this machine, ${home.db}, and not that of the daemon you selected`] : [];
}

/** How many there are of each, for people: `2 issues, 1 comment and 8 events`. */
export function countsText(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts)
    .filter(([kind]) => !kind.endsWith("sequence"))
    .map(([kind, n]) => `${n} ${(n === 1 ? kind : plural(kind)).replaceAll("_", " ")}`);
  const last = parts.pop() ?? "nothing";
  return parts.length === 0 ? last : `${parts.join(", ")} and ${last}`;
}

const plural = (kind: string): string => (kind.endsWith("s") ? kind : kind.endsWith("alias") ? `${kind}es` : `${kind}s`);
