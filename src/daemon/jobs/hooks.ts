import { join } from "node:path";
import type { App } from "../../app/app.ts";
import { placeHooks } from "../../app/hooks.ts";
import type { Home } from "../../config/home.ts";
import { type Hook, hookKeys, type HookLimits } from "../../core/hook.ts";
import { log, logError } from "../log.ts";
import { hookHistory, type HookHistory } from "./hook-history.ts";
import { type Equipment, HookLane } from "./hook-lane.ts";
import { HookLog } from "./hook-log.ts";
import { HookOutputs } from "./hook-outputs.ts";
import { executableOf, isFolder } from "./hook-process.ts";
import { Slots } from "./slots.ts";

/** How long runs, and what waits for them, have once the daemon stops. */
const DRAIN_MS = 10_000;
/** The longest that a timer of the runtime can be. */
const LONGEST_MS = 2 ** 31 - 1;

type Parts = { app: App; home: Pick<Home, "path" | "hooks">; limits: HookLimits; env: Record<string, string | undefined> };

/** How the hooks are; of one that is too far behind no more than that is counted. */
export type HooksState = HookHistory & {
  available: boolean;
  hooks: { index: number; command: string; executable_available: boolean; working_directory_available: boolean }[];
  queue_length: number;
  queue_capacity: number;
  in_flight: number;
  dropped: 0;
};

/**
 * The hooks: each follows the event log by itself, so that no change waits for one, and one that is slow holds up no other.
 * The log is their queue, and nothing in it is ever dropped.
 */
export class Hooks {
  readonly #with: Equipment;
  readonly #limits: HookLimits;
  readonly #drain = new AbortController();
  readonly #cut = new AbortController();
  readonly #kill = new AbortController();
  readonly #lanes = new Map<string, HookLane>();
  /** Those that hooks.toml has no more, until their last run has ended. */
  readonly #leaving = new Set<HookLane>();
  #changes = Promise.resolve();
  #look: ReturnType<typeof setInterval> | undefined;

  constructor({ app, home, limits, env }: Parts) {
    this.#limits = limits;
    this.#with = {
      app,
      env,
      folder: home.path,
      slots: new Slots(limits.pool_size),
      outputs: new HookOutputs(join(home.hooks, "output"), limits.output_disk_cap),
      log: new HookLog(home.hooks, limits),
      drain: this.#drain.signal,
      ending: { cut: this.#cut.signal, kill: this.#kill.signal },
    };
  }

  /** Runs these hooks from here on. Those that ran before go on from where they are; a new one begins after the newest event. */
  replace(hooks: readonly Hook[]): Promise<void> {
    this.#look ??= setInterval(() => this.#tellIfFull(), Math.min(this.#limits.queue_full_log_interval_ms, LONGEST_MS)).unref();
    const swapped = this.#changes.then(() => this.#swap(hooks));
    this.#changes = swapped.catch((error: unknown) => logError("the hooks stay as they were", error));
    return this.#changes;
  }

  async #swap(hooks: readonly Hook[]): Promise<void> {
    const keys = hookKeys(hooks);
    const places = await placeHooks(this.#with.app, keys);
    if (this.#drain.signal.aborted) return;
    for (const lane of this.#lanes.values()) if (!keys.includes(lane.key)) this.#retire(lane);
    for (const [index, hook] of hooks.entries()) {
      const key = keys[index] ?? "";
      const lane = this.#lanes.get(key);
      if (lane) lane.placed = { hook, index };
      else this.#lanes.set(key, new HookLane(this.#with, key, { hook, index }, places.get(key) ?? 0, this.#ended(key)));
    }
  }

  #retire(lane: HookLane): void {
    lane.retire();
    this.#lanes.delete(lane.key);
    this.#leaving.add(lane);
    void lane.ended.finally(() => this.#leaving.delete(lane));
  }

  /** Settles when what ran under this key before has ended. */
  async #ended(key: string): Promise<void> {
    await Promise.all([...this.#leaving].filter((lane) => lane.key === key).map(({ ended }) => ended));
  }

  /** Ends them: what is in the log has its time to be run for; then runs are asked to end, and with `hurry` they are ended at once. */
  async stop(hurry: AbortSignal, drainMs = DRAIN_MS): Promise<void> {
    clearInterval(this.#look);
    this.#drain.abort();
    const cut = () => this.#cut.abort();
    const kill = () => {
      cut();
      this.#kill.abort();
    };
    const timer = setTimeout(cut, drainMs);
    hurry.addEventListener("abort", kill);
    if (hurry.aborted) kill();
    await this.#changes;
    await Promise.all([...this.#lanes.values(), ...this.#leaving].map(({ ended }) => ended));
    clearTimeout(timer);
  }

  async state(): Promise<HooksState> {
    const lanes = [...this.#lanes.values()].toSorted((a, b) => a.placed.index - b.placed.index);
    const { app, env, folder, log } = this.#with;
    return {
      available: this.#look !== undefined,
      hooks: lanes.map(({ placed: { hook, index } }) => ({
        index,
        command: hook.command,
        executable_available: executableOf(hook, hook.env["PATH"] ?? env["PATH"]) !== null,
        working_directory_available: isFolder(hook.working_dir ?? folder),
      })),
      queue_length: await this.#waiting(),
      queue_capacity: this.#limits.queue_cap,
      in_flight: [...lanes, ...this.#leaving].filter(({ isRunning }) => isRunning).length,
      dropped: 0,
      ...(await hookHistory(log.folder, this.#limits.runs_log_keep, app.now())),
    };
  }

  async #waiting(): Promise<number> {
    let sum = 0;
    for (const lane of this.#lanes.values()) sum += await lane.waiting(this.#limits.queue_cap + 1);
    return sum;
  }

  #tellIfFull(): void {
    const { queue_cap } = this.#limits;
    this.#waiting().then(
      (waiting) => {
        if (waiting > queue_cap) log("warning", "hooks are behind: more runs wait than queue_cap; none is dropped", { waiting, queue_cap });
      },
      (error: unknown) => logError("what waits for hooks could not be counted", error),
    );
  }
}
