import { mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import type { App } from "../app/app.ts";
import { Hub } from "../app/hub.ts";
import type { DaemonConfig } from "../config/daemon.ts";
import type { Home } from "../config/home.ts";
import { checkHooks } from "../config/hooks.ts";
import { type Listener, printListen } from "../config/listener.ts";
import { lock } from "../config/lock.ts";
import { dropDeadRecords, holderOf, writeRecord } from "../config/runtime.ts";
import { LocalError } from "../core/error.ts";
import { ulidSource } from "../core/ulid.ts";
import { build } from "../core/version.ts";
import { instanceUid, openStore, SCHEMA_VERSION } from "../store/open.ts";
import type { Daemon } from "./daemon.ts";
import { Failures } from "./failures.ts";
import { logFaults } from "./faults.ts";
import { handlers } from "./handlers.ts";
import { listen } from "./listeners.ts";
import { LiveTokens } from "./live-tokens.ts";
import { log } from "./log.ts";
import { makePrivateFolder } from "./private-folder.ts";
import { serve } from "./router.ts";

const DRAIN_MS = 10_000;
const LATECOMERS_MS = 50;
const TAKEOVER_MS = 15_000;

export type Started = { address: string; tookOverFrom: number | undefined; ended: Promise<void> };

/**
 * Starts serving: lock, database, listener, runtime record. `ended` settles when a signal has stopped it and all is
 * closed. Refuses with a LocalError, or with a KataError of the store.
 */
export async function startDaemon(config: DaemonConfig, startedBy: "command" | "auto"): Promise<Started | "held"> {
  const { home } = config;
  // Whatever it makes from here on, the database's files too, is for its user alone.
  process.umask(0o077);
  mkdirSync(home.path, { recursive: true, mode: 0o700 });
  mkdirSync(dirname(home.lock), { recursive: true, mode: 0o700 });
  const taken = await takeLock(home.lock, startedBy);
  if (!taken) return "held";
  const address = config.listeners.map(({ name }) => name)[0] ?? "";
  taken.held.tell({ pid: process.pid, address, started_by: startedBy });

  const ulid = ulidSource(Date.now, (bytes) => crypto.getRandomValues(bytes));
  const db = await openStore(home.db, { ulid, now: () => new Date().toISOString() });
  const ending = new AbortController();
  const app: App = {
    db,
    hub: new Hub(),
    now: () => new Date(),
    ulid,
    instance_uid: await instanceUid(db),
    settings: { close_throttle: config.close_throttle },
  };
  const daemon: Daemon = {
    app,
    version: build.version,
    schema_version: SCHEMA_VERSION,
    db_path: home.db,
    started_at: new Date().toISOString(),
    ending: ending.signal,
    listeners: config.listeners,
    auth: config.auth,
    tokens: new LiveTokens(app),
    failures: new Failures(() => performance.now()),
  };
  if (config.listeners.some(({ name }) => name === printListen({ kind: "unix", path: home.socket }))) {
    makePrivateFolder(dirname(dirname(home.socket)));
    makePrivateFolder(dirname(home.socket));
  }
  const servers: Bun.Server<undefined>[] = [];
  for (const listener of config.listeners) servers.push(await listen(listener.address, serve(daemon, listener, handlers)));
  logFaults();
  const { started_at, version } = daemon;
  dropDeadRecords(home.runtime);
  const forget = writeRecord(home.runtime, {
    pid: process.pid,
    address,
    db_path: home.db,
    version,
    started_at,
    started_by: startedBy,
    ...(taken.from !== undefined && { took_over_from: taken.from }),
  });

  const ended = new Promise<void>((resolve) => {
    const stop = async (signal: string) => {
      log(`${signal}: stopping`);
      // Its record says that it listens; from here on it does not.
      forget();
      ending.abort();
      await turnAway(config.listeners);
      const drained = Promise.all(servers.map((server) => server.stop(false)));
      const late = Promise.withResolvers<void>();
      const deadline = setTimeout(late.resolve, DRAIN_MS);
      await Promise.race([drained, late.promise]);
      clearTimeout(deadline); // It would keep the process alive for so long.
      await Promise.all(servers.map((server) => server.stop(true)));
      await db.close();
      resolve();
    };
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void stop(signal));
    process.on("SIGHUP", () => reload(home));
  });
  return { address, tookOverFrom: taken.from, ended };
}

/**
 * Takes the sockets away, so that who comes now finds none and starts the next daemon, and lets those say what they want who
 * have just connected: a closed listener resets them, and they could not know whether anything was done.
 */
async function turnAway(listeners: readonly Listener[]): Promise<void> {
  const paths = listeners.flatMap(({ address }) => (address.kind === "unix" ? [address.path] : []));
  if (paths.length === 0) return;
  for (const path of paths) rmSync(path, { force: true });
  await Bun.sleep(LATECOMERS_MS);
}

/** Hooks are read again; a file that is wrong changes nothing. */
function reload(home: Home): void {
  try {
    checkHooks(home);
    log("SIGHUP: hooks.toml was read again");
  } catch (error) {
    log(`SIGHUP: hooks.toml stays as it was: ${(error as Error).message}`);
  }
}

type Taken = { held: NonNullable<ReturnType<typeof lock>>; from: number | undefined };

/** The database's lock; where an automatic daemon holds it, an explicit start asks that one to end and waits for it. */
async function takeLock(path: string, startedBy: "command" | "auto"): Promise<Taken | undefined> {
  const free = lock(path);
  if (free) return { held: free, from: undefined };
  if (startedBy === "auto") return undefined;
  let from: number | undefined;
  for (const end = Date.now() + TAKEOVER_MS; Date.now() < end; await Bun.sleep(10)) {
    const holder = holderOf(path);
    if (holder?.started_by === "command") {
      throw new LocalError(
        "internal",
        `A daemon of this database runs already: pid ${holder.pid} at ${holder.address}.`,
        "Use it, or stop it with `kata daemon stop`.",
      );
    }
    if (holder && holder.pid !== from) {
      from = holder.pid;
      process.kill(from, "SIGTERM");
    }
    const held = lock(path);
    if (held) return { held, from };
  }
  throw new LocalError("internal", `The daemon with pid ${from} does not end.`, "Look at its log, and end it by hand if it hangs.");
}
