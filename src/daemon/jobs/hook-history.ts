import { unhurried } from "../../app/unhurried.ts";
import { linesBackward, runsFiles } from "../../config/hook-runs.ts";
import { hasFailed, parseHookRun } from "../../core/hook-run.ts";

const WINDOW_MS = 7 * 86_400_000;
const MOST_BYTES = 8 * 1_048_576;
const MOST_FILES = 64;

/** How the runs of the last days went, as far as it is written down. */
export type HookHistory = { recent_runs: number; recent_failures: number; history_incomplete: boolean; history_truncated: boolean };

/**
 * Counts the runs of the last 7 days from the newest on, while others are served; of very many no more than the newest 8 MiB.
 * Where there are more than `keep` full files, what was before them may be gone.
 */
export async function hookHistory(folder: string, keep: number, now: Date): Promise<HookHistory> {
  const since = new Date(now.getTime() - WINDOW_MS).toISOString();
  const history = { recent_runs: 0, recent_failures: 0, history_incomplete: false, history_truncated: false };
  let read = 0;
  const files = runsFiles(folder);
  for (const path of files.slice(0, MOST_FILES)) {
    for await (const line of unhurried(linesBackward(path))) {
      read += line.length;
      if (read > MOST_BYTES) return { ...history, history_truncated: true };
      const run = parseHookRun(line);
      if (run && run.ended_at < since) return history;
      if (!run) history.history_incomplete = true;
      else history.recent_runs += 1;
      if (run && hasFailed(run)) history.recent_failures += 1;
    }
  }
  return {
    ...history,
    history_incomplete: history.history_incomplete || files.length > keep,
    history_truncated: files.length > MOST_FILES,
  };
}
