import type { DaemonConfig } from "../config/daemon.ts";
import { instanceUid } from "../store/open.ts";
import type { Daemon } from "./daemon.ts";
import type { Open } from "./listeners.ts";
import { log } from "./log.ts";
import { type Manager, monotonicUsec } from "./notify.ts";
import { reload } from "./reload.ts";
import { renewAll } from "./renewals.ts";
import { obeySignals } from "./signals.ts";
import { stop } from "./stop.ts";
import type { Underway } from "./underway.ts";
import { leaveAtOnce } from "./leave.ts";
import { keepAlive } from "./watchdog.ts";

type Parts = {
  daemon: Daemon;
  config: DaemonConfig;
  /** Reads the settings once more. */
  again(): DaemonConfig;
  manager: Manager;
  open: readonly Open[];
  underway: Underway;
  ending: AbortController;
  /** Writes down for others that the daemon listens, and where; gives what takes that away. */
  announce(): () => void;
};

/** The daemon's life from the moment that it listens; settles when a signal has ended it: whether all was done in time. */
export function live({ daemon, config, again, manager, open, underway, ending, announce }: Parts): Promise<boolean> {
  const { db } = daemon.app;
  const addresses = open.map(({ listener }) => listener.name).join(" ");
  const ready = ["READY=1", `STATUS=Listening on ${addresses}`];
  let known = config;
  let forget = (): void => undefined;
  const ended = obeySignals({
    reload: () => {
      manager.tell("RELOADING=1", `MONOTONIC_USEC=${monotonicUsec()}`, "STATUS=Reading the settings again");
      known = reload(daemon, known, again);
      if (renewAll(open)) announce();
      manager.tell(...ready);
    },
    stop: async (hurry) => {
      manager.tell("STOPPING=1", "STATUS=Answering the last requests");
      forget();
      const inTime = await stop({ open, ending, underway, jobs: daemon.hooks, close: () => db.close() }, hurry);
      if (daemon.storage.fault) leaveAtOnce();
      return inTime;
    },
  });
  // Who reads the record may send a signal at once: only now is each obeyed.
  forget = announce();
  log("info", `listening on ${addresses}`, { pid: process.pid, version: daemon.version, db: daemon.db_path });
  manager.tell(...ready, `MAINPID=${process.pid}`);
  void daemon.hooks.replace(config.hooks);
  void keepAlive(manager, () => instanceUid(db), ending.signal);
  return ended;
}
