import { type DaemonConfig, printListen } from "../config/daemon.ts";
import { instanceUid } from "../store/open.ts";
import type { Daemon } from "./daemon.ts";
import { log } from "./log.ts";
import { type Manager, monotonicUsec } from "./notify.ts";
import { reload } from "./reload.ts";
import { obeySignals } from "./signals.ts";
import { type Listening, stop } from "./stop.ts";
import type { Underway } from "./underway.ts";
import { keepAlive } from "./watchdog.ts";

type Parts = {
  daemon: Daemon;
  config: DaemonConfig;
  /** Reads the settings once more. */
  again(): DaemonConfig;
  manager: Manager;
  listening: readonly Listening[];
  underway: Underway;
  ending: AbortController;
  /** Takes away what says that the daemon listens. */
  forget(): void;
};

/** The daemon's life from the moment that it listens; settles when a signal has ended it: whether all was done in time. */
export function live({ daemon, config, again, manager, listening, underway, ending, forget }: Parts): Promise<boolean> {
  const { db } = daemon.app;
  const addresses = listening.map(({ address }) => printListen(address)).join(" ");
  const ready = ["READY=1", `STATUS=Listening on ${addresses}`];
  let known = config;
  const ended = obeySignals({
    reload: () => {
      manager.tell("RELOADING=1", `MONOTONIC_USEC=${monotonicUsec()}`, "STATUS=Reading the settings again");
      known = reload(daemon, known, again);
      manager.tell(...ready);
    },
    stop: (hurry) => {
      manager.tell("STOPPING=1", "STATUS=Answering the last requests");
      forget();
      return stop({ listening, ending, underway, close: () => db.close() }, hurry);
    },
  });
  // Only now may it be signalled: before, SIGHUP would have ended it.
  log("info", `listening on ${addresses}`, { pid: process.pid, version: daemon.version, db: daemon.db_path });
  manager.tell(...ready, `MAINPID=${process.pid}`);
  void keepAlive(manager, () => instanceUid(db), ending.signal);
  return ended;
}
