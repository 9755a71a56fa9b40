import { closeSync, mkdirSync, openSync, readFileSync, statSync } from "node:fs";
import type { Home } from "../config/home.ts";
import { ownProgram } from "../config/program.ts";
import { holderOf, LOCK_HELD, readRecords, type RuntimeRecord, TAKEOVER_MS } from "../config/runtime.ts";
import { withoutOwnTokens } from "../config/token.ts";
import { KataError, LocalError } from "../core/error.ts";
import { build } from "../core/version.ts";
import { Client, type Place } from "./client.ts";
import { isRunning, liveRecords, mayHaveToken, placeOf } from "./find.ts";
import type { Local } from "./reach.ts";

/** The one before may have to end first. */
const PATIENCE_MS = TAKEOVER_MS + 10_000;
const POLL_MS = 2;
const SIGTERM = 15;

type Start = { home: Home; flags: readonly string[]; startedBy: "command" | "auto" };

/**
 * Starts a daemon in the background and waits until it listens. It inherits nothing, so that nobody who reads this
 * command's output waits for it; what it says goes to the log. A daemon that ends at once is reported as it said.
 */
export async function startDetached({ home, flags, startedBy }: Start): Promise<RuntimeRecord> {
  mkdirSync(home.runtime, { recursive: true, mode: 0o700 });
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end;) {
    const child = spawn({ home, flags, startedBy });
    const found = await untilListening(home, child, end);
    if (found) return found;
  }
  throw new LocalError("internal", `The daemon did not listen within ${PATIENCE_MS / 1_000} s.`, `Look into ${home.log}.`);
}

/** Without the name of the service manager that runs whoever started this command: the daemon is not that service. */
function ownEnv(): Record<string, string | undefined> {
  const { NOTIFY_SOCKET: _, WATCHDOG_USEC: __, WATCHDOG_PID: ___, ...env } = process.env;
  return env;
}

type Child = { pid: number; exit(): number | undefined; said(): string };

function spawn({ home, flags, startedBy }: Start): Child {
  const log = openSync(home.log, "a", 0o600);
  const from = statSync(home.log).size;
  const child = Bun.spawn([...ownProgram(), "daemon", "start", "--foreground", "--json", ...flags], {
    cwd: "/",
    detached: true,
    stdio: ["ignore", log, log],
    // PORT is for a daemon that somebody runs in the foreground.
    env: {
      ...(startedBy === "auto" ? withoutOwnTokens(ownEnv()) : ownEnv()),
      PORT: undefined,
      KATA_HOME: home.path,
      KATA_DB: home.db,
      ...(startedBy === "auto" && { KATA_AUTOSTART: "1" }),
    },
  });
  child.unref();
  closeSync(log);
  let code: number | undefined;
  void child.exited.then((exit) => (code = exit));
  return { pid: child.pid, exit: () => code, said: () => readFileSync(home.log).subarray(from).toString() };
}

/** The record of the daemon that came to listen; undefined when this try ended and another may do better. */
async function untilListening(home: Home, child: Child, end: number): Promise<RuntimeRecord | undefined> {
  while (Date.now() < end) {
    const exit = child.exit();
    if (exit !== undefined && wasEnded(exit)) return undefined;
    if (exit !== undefined && exit !== LOCK_HELD) throw failure(child.said(), exit);
    const pid = exit === undefined ? child.pid : holderOf(home.lock)?.pid;
    const found = readRecords(home.runtime).find((record) => record.pid === pid);
    if (found) return found;
    if (exit !== undefined && (pid === undefined || !isRunning(pid))) return undefined;
    await Bun.sleep(POLL_MS);
  }
  return undefined;
}

/** Whether another asked it to end, as an explicit start does that takes over: it had no fault of its own. */
const wasEnded = (exit: number): boolean => exit === 0 || exit === 128 + SIGTERM;

/** What a daemon said before it ended, as the error that it was. */
function failure(said: string, exit: number): Error {
  const last = said.trimEnd().split("\n").at(-1) ?? "";
  try {
    const { error } = JSON.parse(last) as { error: { kind: string; message: string; hint?: string; data?: unknown } };
    return new LocalError(error.kind === "usage" ? "usage" : "internal", error.message, error.hint, { data: error.data });
  } catch {
    const hint = "`kata daemon start --foreground` shows all that it says.";
    return new LocalError("internal", `The daemon ended at once with ${exit}${last === "" ? "" : `: ${last}`}`, hint);
  }
}

/** Starts a daemon of this version for a home, in place of one of another. */
export async function startLocal({ home, token, say }: Pick<Local, "home" | "token" | "say">): Promise<Place> {
  await endOtherVersion(home, token);
  const record = await startDetached({ home, flags: [], startedBy: "auto" });
  if (record.upgraded !== undefined) say(`kata: ${record.upgraded}`);
  const addresses = (record.listeners ?? [record]).map(({ address }) => address).filter((address) => !address.startsWith("unix://"));
  if (addresses.length > 0) say(`kata: started a daemon at ${addresses.join(" and ")}`);
  return placeOf(record, token);
}

/** An automatic daemon of another version makes room; one that somebody started, and one of the original, is left alone. */
async function endOtherVersion(home: Home, token: Place["token"]): Promise<void> {
  for (const record of liveRecords(home)) {
    if (record.started_by === undefined || record.version === build.version) continue;
    const place = placeOf(record, token);
    if (!(await mayHaveToken(home, record, place))) continue;
    const answer = await new Client(place, 1_000).call("liveness.ping", {}).catch((error: unknown) => error);
    if (answer instanceof Error) {
      if (answer instanceof KataError) throw answer;
      continue;
    }
    const { pid } = answer as { pid: number };
    if (pid !== record.pid) continue;
    if (record.started_by === "command") {
      throw new LocalError(
        "internal",
        `The daemon with pid ${pid} is kata ${record.version}, and this is kata ${build.version}.`,
        "Restart it with this one: kata daemon restart.",
      );
    }
    process.kill(pid, "SIGTERM");
    for (const end = Date.now() + PATIENCE_MS; isRunning(pid) && Date.now() < end;) await Bun.sleep(POLL_MS);
  }
}
