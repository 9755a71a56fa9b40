import { mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { Hub } from "../app/hub.ts";
import { type DaemonConfig, printListen } from "../config/daemon.ts";
import type { Home } from "../config/home.ts";
import { checkHooks } from "../config/hooks.ts";
import { lock } from "../config/lock.ts";
import { dropDeadRecords, writeRecord } from "../config/records.ts";
import { holderOf } from "../config/runtime.ts";
import { LocalError } from "../core/error.ts";
import { ulidSource } from "../core/ulid.ts";
import { build } from "../core/version.ts";
import { instanceUid, openStore, SCHEMA_VERSION } from "../store/open.ts";
import type { Daemon } from "./daemon.ts";
import { logFaults } from "./faults.ts";
import { handlers } from "./handlers.ts";
import { listen } from "./listeners.ts";
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
  const address = printListen(config.listen);
  taken.held.tell({ pid: process.pid, address, started_by: startedBy, version: build.version });

  const ulid = ulidSource(Date.now, (bytes) => crypto.getRandomValues(bytes));
  const db = await openStore(home.db, { ulid, now: () => new Date().toISOString() });
  const ending = new AbortController();
  const daemon: Daemon = {
    app: {
      db,
      hub: new Hub(),
      now: () => new Date(),
      ulid,
      instance_uid: await instanceUid(db),
      settings: { close_throttle: config.close_throttle },
    },
    version: build.version,
    schema_version: SCHEMA_VERSION,
    db_path: home.db,
    started_at: new Date().toISOString(),
    ending: ending.signal,
    checks_host: config.listen.kind === "tcp",
    auth: { token: config.token, insecure_readonly: config.insecure_readonly },
  };
  if (address === printListen({ kind: "unix", path: home.socket })) {
    makePrivateFolder(dirname(dirname(home.socket)));
    makePrivateFolder(dirname(home.socket));
  }
  const server = await listen(config.listen, serve(daemon, handlers));
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
      await turnAway(config);
      const drained = server.stop(false);
      const late = Promise.withResolvers<void>();
      const deadline = setTimeout(late.resolve, DRAIN_MS);
      await Promise.race([drained, late.promise]);
      clearTimeout(deadline); // It would keep the process alive for so long.
      await server.stop(true);
      await db.close();
      resolve();
    };
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void stop(signal));
    process.on("SIGHUP", () => reload(home));
  });
  return { address, tookOverFrom: taken.from, ended };
}

/**
 * Takes the socket away, so that who comes now finds none and starts the next daemon, and lets those say what they want who
 * have just connected: a closed listener resets them, and they could not know whether anything was done.
 */
async function turnAway({ listen: address }: DaemonConfig): Promise<void> {
  if (address.kind !== "unix") return;
  rmSync(address.path, { force: true });
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
