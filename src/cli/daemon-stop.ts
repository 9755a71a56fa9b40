import { ownRecords } from "../client/find.ts";
import type { Home } from "../config/home.ts";
import { isLocked } from "../config/lock.ts";
import { holderOf, STOP_MS } from "../config/runtime.ts";
import { LocalError } from "../core/error.ts";

const PATIENCE_MS = STOP_MS + 5_000;

/** Ends the daemon of this database and waits until it has; gives its pid. One of the original is left alone. */
export async function stopDaemons(home: Home): Promise<number[]> {
  const stopped: number[] = [];
  for (const { pid } of ownRecords(home)) {
    // A record may outlive its daemon, and its pid be another program's: only who holds the lock is one.
    if (!isLocked(home.lock) || holderOf(home.lock)?.pid !== pid) continue;
    process.kill(pid, "SIGTERM");
    for (const end = Date.now() + PATIENCE_MS; isLocked(home.lock); await Bun.sleep(5)) {
      if (Date.now() < end) continue;
      throw new LocalError(
        "internal",
        `The daemon with pid ${pid} has not ended after ${PATIENCE_MS / 1_000} s.`,
        `Look into ${home.log}.`,
      );
    }
    stopped.push(pid);
  }
  return stopped;
}
