import { ownRecords } from "../client/find.ts";
import type { Home } from "../config/home.ts";
import { isLocked } from "../config/lock.ts";
import { holderOf, STOP_MS } from "../config/runtime.ts";
import { LocalError } from "../core/error.ts";

const PATIENCE_MS = STOP_MS + 5_000;

/**
 * The daemons of this database that run, not those of the original. A record may outlive its daemon, and its pid be
 * another program's by now: only who holds the lock is one.
 */
export function signallable(home: Home): number[] {
  return ownRecords(home)
    .map(({ pid }) => pid)
    .filter((pid) => isLocked(home.lock) && holderOf(home.lock)?.pid === pid);
}

/** Ends the daemon of this database and waits until it has; gives its pid. */
export async function stopDaemons(home: Home): Promise<number[]> {
  const stopped: number[] = [];
  for (const pid of signallable(home)) {
    process.kill(pid, "SIGTERM");
    for (const end = Date.now() + PATIENCE_MS; isLocked(home.lock); await Bun.sleep(5)) {
      if (Date.now() < end) continue;
      throw new LocalError(
        "internal",
        `The daemon with pid ${pid} has not ended after ${PATIENCE_MS / 1_000} s.`,
        `${home.log} says what it did last. If it hangs, end it by force (kill -9 ${pid}): what it has answered is on disk.`,
      );
    }
    stopped.push(pid);
  }
  return stopped;
}
