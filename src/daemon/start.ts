import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { App } from "../app/app.ts";
import { placeHooks } from "../app/hooks.ts";
import { Hub } from "../app/hub.ts";
import type { DaemonConfig } from "../config/daemon.ts";
import { printListen } from "../config/listener.ts";
import { lock } from "../config/lock.ts";
import { dropDeadRecords, writeRecord } from "../config/records.ts";
import { holderOf, type RuntimeRecord, TAKEOVER_MS } from "../config/runtime.ts";
import { LocalError } from "../core/error.ts";
import { hookKeys } from "../core/hook.ts";
import { ulidSource } from "../core/ulid.ts";
import { build } from "../core/version.ts";
import { instanceUid, openStore, SCHEMA_VERSION } from "../store/open.ts";
import { readCertificate } from "./certificates.ts";
import type { Daemon } from "./daemon.ts";
import { Failures } from "./failures.ts";
import { logFaults } from "./faults.ts";
import { handlers } from "./handlers.ts";
import { hookEnvironment } from "./jobs/hook-environment.ts";
import { Hooks } from "./jobs/hooks.ts";
import { startBackups } from "./jobs/backup.ts";
import { live } from "./life.ts";
import { openAll, recordsOf } from "./listeners.ts";
import { LiveTokens } from "./live-tokens.ts";
import { keepOutOfLog, log } from "./log.ts";
import type { Manager } from "./notify.ts";
import { makePrivateFolder } from "./private-folder.ts";
import { serve } from "./router.ts";
import { Storage } from "./storage.ts";
import { Underway } from "./underway.ts";

/** `ended` settles when a signal has stopped it and all is closed: whether that was in time. */
export type Started = { ended: Promise<boolean> } | { held_by: number | undefined };

type How = { configured(): DaemonConfig; startedBy: "command" | "auto"; manager: Manager };

/**
 * Starts serving: lock, database, listener, runtime record. Refuses with a LocalError, or with a KataError of the store.
 */
export async function startDaemon({ configured, startedBy, manager }: How): Promise<Started> {
  const config = configured();
  const { home } = config;
  keepOutOfLog(config.auth.token);
  // What is wrong with a certificate is told before anything is made, and before another daemon is asked to go.
  for (const { tls } of config.listeners) if (tls) readCertificate(tls);
  // Whatever it makes from here on, the database's files too, is for its user alone.
  process.umask(0o077);
  mkdirSync(home.path, { recursive: true, mode: 0o700 });
  mkdirSync(dirname(home.lock), { recursive: true, mode: 0o700 });
  const taken = await takeLock(home.lock, startedBy);
  if (!taken) return { held_by: holderOf(home.lock)?.pid };
  const address = config.listeners.map(({ name }) => name)[0] ?? "";
  taken.held.tell({ pid: process.pid, address, started_by: startedBy, version: build.version });

  const ulid = ulidSource(Date.now, (bytes) => crypto.getRandomValues(bytes));
  const storage = new Storage(() => performance.now());
  let upgraded: string | undefined;
  const notice = (line: string) => log("info", (upgraded = line));
  const db = await openStore(home.db, { ulid, now: () => new Date().toISOString(), notice, failed: storage.failed });
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
    allowed_hosts: config.allowed_hosts,
    auth: config.auth,
    tokens: new LiveTokens(app),
    failures: new Failures(() => performance.now()),
    hooks: new Hooks({ app, home, limits: config.hook_limits, env: hookEnvironment(process.env, home, config.secret_variables) }),
    storage,
  };
  // Before there can be a change: new hooks are told of the first.
  await placeHooks(app, hookKeys(config.hooks));
  if (config.listeners.some(({ name }) => name === printListen({ kind: "unix", path: home.socket }))) {
    makePrivateFolder(dirname(dirname(home.socket)));
    makePrivateFolder(dirname(home.socket));
  }
  const underway = new Underway();
  const open = await openAll(config.listeners, (listener) => underway.counted(serve(daemon, listener, handlers)));
  daemon.listeners = open.map(({ listener }) => listener);
  logFaults();
  if (taken.from !== undefined) log("info", "took over from the automatic daemon", { pid: taken.from });
  const { started_at, version } = daemon;
  dropDeadRecords(home.runtime);
  const record = (): RuntimeRecord => {
    const listeners = recordsOf(open, config.auth);
    return {
      pid: process.pid,
      address: listeners[0]?.address ?? "",
      db_path: home.db,
      version,
      started_at,
      started_by: startedBy,
      listeners,
      ...(taken.from !== undefined && { took_over_from: taken.from }),
      ...(upgraded !== undefined && { upgraded }),
    };
  };
  taken.held.tell({ pid: process.pid, address: record().address, started_by: startedBy, version: build.version });

  if (startedBy === "command" && config.backup) startBackups(config.backup, home, ending.signal);
  const announce = () => writeRecord(home.runtime, record());
  return { ended: live({ daemon, config, again: configured, manager, open, underway, ending, announce }) };
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
