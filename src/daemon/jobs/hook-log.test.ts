import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { linesBackward, runsFiles } from "../../config/hook-runs.ts";
import { type HookRun, parseHookRun } from "../../core/hook-run.ts";
import { hookHistory } from "./hook-history.ts";
import { HookLog } from "./hook-log.ts";

let folder = "";
beforeEach(() => void (folder = join(mkdtempSync(join(tmpdir(), "kata-log-")), "hooks")));
afterEach(() => rmSync(join(folder, ".."), { recursive: true }));

const NOW = new Date("2026-03-10T12:00:00.000Z");
const run = (event_id: number, more: Partial<HookRun> = {}): HookRun => ({
  kata_hook_runs_version: 1,
  event_id,
  event_type: "issue.created",
  hook_index: 0,
  hook_command: "true",
  started_at: "2026-03-10T11:00:00.000Z",
  ended_at: "2026-03-10T11:00:00.000Z",
  duration_ms: 1,
  exit_code: 0,
  result: "ok",
  stdout_path: "",
  stderr_path: "",
  stdout_bytes: 0,
  stderr_bytes: 0,
  spawn_error: "",
  payload_truncated: false,
  ...more,
});
const SIZE = JSON.stringify(run(100)).length + 1;
const told = (path: string) => [...linesBackward(path)].map((line) => parseHookRun(line)?.event_id ?? 0);

test("`append()` begins another file once one is full, and lets the oldest go", () => {
  const log = new HookLog(folder, { runs_log_max: 3 * SIZE, runs_log_keep: 2 });
  for (let i = 101; i <= 113; i++) log.append(run(i));
  expect(runsFiles(folder).map(told)).toEqual([[113], [112, 111, 110], [109, 108, 107]]);
  for (const path of runsFiles(folder)) expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("`append()` goes on in the file that it finds, fills it no further than it may be, and gives half a line its end", () => {
  new HookLog(folder, { runs_log_max: 3 * SIZE, runs_log_keep: 2 }).append(run(101));
  writeFileSync(join(folder, "runs.jsonl"), '{"kata_hook', { flag: "a" });
  const log = new HookLog(folder, { runs_log_max: 3 * SIZE, runs_log_keep: 2 });
  log.append(run(102));
  expect(told(join(folder, "runs.jsonl"))).toEqual([102, 0, 101]);
  log.append(run(103));
  expect(runsFiles(folder).map(told)).toEqual([[103], [102, 0, 101]]);
});

test("`append()` writes a run that is larger than a file may be", () => {
  const log = new HookLog(folder, { runs_log_max: 10, runs_log_keep: 3 });
  for (const id of [1, 2]) log.append(run(id));
  expect(runsFiles(folder).map((path) => readFileSync(path, "utf8"))).toEqual([
    `${JSON.stringify(run(2))}\n`,
    `${JSON.stringify(run(1))}\n`,
  ]);
});

test("`hookHistory()` counts the runs of 7 days, and those that failed", async () => {
  expect(await hookHistory(folder, 5, NOW)).toEqual({
    recent_runs: 0,
    recent_failures: 0,
    history_incomplete: false,
    history_truncated: false,
  });
  const log = new HookLog(folder, { runs_log_max: 3 * SIZE, runs_log_keep: 5 });
  log.append(run(1, { ended_at: "2026-03-03T11:59:59.999Z", exit_code: 1 }));
  log.append(run(2, { ended_at: "2026-03-03T12:00:00.000Z", exit_code: 1 }));
  for (const result of ["ok", "timed_out", "daemon_shutdown", "spawn_failed", "working_dir_missing"] as const)
    log.append(run(3, { result }));
  expect(await hookHistory(folder, 5, NOW)).toEqual({
    recent_runs: 6,
    recent_failures: 5,
    history_incomplete: false,
    history_truncated: false,
  });
});

test("`hookHistory()` says what it did not see", async () => {
  const log = new HookLog(folder, { runs_log_max: SIZE, runs_log_keep: 1 });
  for (const id of [101, 102, 103]) log.append(run(id));
  expect(await hookHistory(folder, 1, NOW)).toMatchObject({ recent_runs: 2, history_incomplete: true });
  expect(await hookHistory(folder, 2, NOW)).toMatchObject({ recent_runs: 2, history_incomplete: false });

  writeFileSync(join(folder, "runs.jsonl"), `${JSON.stringify(run(1))}\nnot a run\n`);
  expect(await hookHistory(folder, 5, NOW)).toMatchObject({ recent_runs: 2, history_incomplete: true, history_truncated: false });

  writeFileSync(join(folder, "runs.jsonl"), `${JSON.stringify(run(1))}\n`.repeat(Math.ceil((9 * 1_048_576) / SIZE)));
  const { recent_runs, history_truncated } = await hookHistory(folder, 5, NOW);
  expect([recent_runs, history_truncated]).toEqual([Math.floor((8 * 1_048_576) / JSON.stringify(run(1)).length), true]);
});

test("`hookHistory()` looks at no more than 64 files", async () => {
  const log = new HookLog(folder, { runs_log_max: SIZE, runs_log_keep: 100 });
  for (let id = 101; id <= 170; id++) log.append(run(id));
  expect(await hookHistory(folder, 100, NOW)).toMatchObject({ recent_runs: 64, history_truncated: true });
});
