import type { App } from "../../app/app.ts";
import { type Hook, type HookFacts, hookVariables } from "../../core/hook.ts";
import { hookPayload } from "../../core/hook-payload.ts";
import type { HookResult } from "../../core/hook-run.ts";
import { isoTime } from "../../core/time.ts";
import { logError } from "../log.ts";
import type { HookLog } from "./hook-log.ts";
import type { HookOutputs } from "./hook-outputs.ts";
import { type Ended, type Ending, runProcess } from "./hook-process.ts";

export type Running = {
  app: App;
  /** What every hook inherits. */
  env: Record<string, string | undefined>;
  /** Where those run that say nothing else. */
  folder: string;
  outputs: HookOutputs;
  log: HookLog;
  ending: Ending;
};

/** A hook, and where in hooks.toml it stands. */
export type Placed = { hook: Hook; index: number };

/** Runs a hook once, and writes down how that went. */
export async function runHook(
  { app, env, folder, outputs, log, ending }: Running,
  { hook, index }: Placed,
  facts: HookFacts,
): Promise<HookResult> {
  const { event } = facts;
  const { bytes, truncated } = hookPayload(facts);
  const files = outputs.open(event.id, index, bytes);
  const started_at = isoTime(app.now());
  const from = performance.now();
  let ended: Ended | undefined;
  let written;
  try {
    const whole = { ...env, ...hook.env, ...hookVariables(facts) };
    ended = await runProcess({ hook, env: whole, folder: hook.working_dir ?? folder, files, ending });
  } finally {
    written = files.end(ended !== undefined && ended.exit_code >= 0);
  }
  const { result, exit_code, spawn_error } = ended;
  try {
    log.append({
      kata_hook_runs_version: 1,
      event_id: event.id,
      event_type: event.type,
      hook_index: index,
      hook_command: hook.command,
      started_at,
      ended_at: isoTime(app.now()),
      duration_ms: Math.round(performance.now() - from),
      exit_code,
      result,
      ...written,
      spawn_error,
      payload_truncated: truncated,
    });
  } catch (error) {
    // It has run, and is not run again because nobody can read of it.
    logError("a run of a hook could not be written down", error);
  }
  return result;
}
