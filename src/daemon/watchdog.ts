import { logError } from "./log.ts";
import type { Manager } from "./notify.ts";
import { pause } from "./pause.ts";

/**
 * Gives the manager a sign of life, twice as often as it wants one, for as long as `answers` does: a daemon that hangs, or
 * whose database does not answer, falls silent and is started anew.
 */
export async function keepAlive({ tell, watchdogMs }: Manager, answers: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
  if (watchdogMs === undefined) return;
  while (!signal.aborted) {
    try {
      await answers();
      if (!signal.aborted) tell("WATCHDOG=1");
    } catch (error) {
      if (!signal.aborted) logError("no sign of life is given: the database does not answer", error);
    }
    await pause(watchdogMs / 2, signal);
  }
}
