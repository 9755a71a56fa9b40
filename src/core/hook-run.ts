/** How a run ended: `ok` by itself, whatever its exit code; `daemon_shutdown` is run once more. */
export type HookResult = "ok" | "timed_out" | "daemon_shutdown" | "spawn_failed" | "working_dir_missing";

/** One run of a hook, as a line of `runs.jsonl` (cli.md §6.1). */
export type HookRun = {
  kata_hook_runs_version: 1;
  event_id: number;
  event_type: string;
  hook_index: number;
  hook_command: string;
  started_at: string;
  ended_at: string;
  duration_ms: number;
  /** 128 and the signal's number where a signal ended it; -1 where it never started. */
  exit_code: number;
  result: HookResult;
  stdout_path: string;
  stderr_path: string;
  stdout_bytes: number;
  stderr_bytes: number;
  spawn_error: string;
  payload_truncated: boolean;
};

/** Reads a line of `runs.jsonl`; undefined for one that is no run, such as half a line that a loss of power left. */
export function parseHookRun(line: string): HookRun | undefined {
  try {
    const run = JSON.parse(line) as Partial<HookRun> | null;
    return run?.kata_hook_runs_version === 1 ? (run as HookRun) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a run did not do what it was for. */
export function hasFailed({ result, exit_code }: HookRun): boolean {
  return result !== "ok" || exit_code !== 0;
}
