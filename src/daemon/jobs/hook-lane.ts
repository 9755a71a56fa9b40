import type { App } from "../../app/app.ts";
import { countWaiting, eventsForHooks, HOOK_BATCH, hookFacts, keepHookPlace } from "../../app/hooks.ts";
import { typesOf } from "../../core/hook.ts";
import { logError } from "../log.ts";
import { pause } from "../pause.ts";
import { GRACE_MS } from "./hook-process.ts";
import { type Placed, type Running, runHook } from "./hook-run.ts";
import type { Slots } from "./slots.ts";

/** How often a hook looks for events that another daemon may have written. */
const LOOK_MS = 5_000;
const RETRY_MS = 5_000;
const LEFT_BEHIND_MS = 100;

export type Equipment = Running & {
  app: App;
  slots: Slots;
  /** The daemon stops: what is in the log already is still done. */
  drain: AbortSignal;
};

/**
 * One hook on its way along the event log: one run after the other, in the order of events. Its place is kept after each
 * run, so that after a crash the run that was not finished is made once more, and none is left out.
 */
export class HookLane {
  readonly key: string;
  /** Settles when no run is made any more. */
  readonly ended: Promise<void>;
  placed: Placed;
  isRunning = false;
  readonly #with: Equipment;
  readonly #retired = new AbortController();
  /** No run begins any more. */
  readonly #over: AbortSignal;
  /** Everything up to this event is done, or was not for this hook. */
  #place: number;
  #kept: number;
  /** Whether a run was finished since the place was kept. */
  #isDue = false;
  #isFirst = true;

  /** `place` is the event that it comes after; it begins once `before`, which had the same key, has ended. */
  constructor(equipment: Equipment, key: string, placed: Placed, place: number, before: Promise<void>) {
    this.#with = equipment;
    this.key = key;
    this.placed = placed;
    this.#place = place;
    this.#kept = place;
    this.#over = AbortSignal.any([equipment.ending.cut, this.#retired.signal]);
    this.ended = before.then(() => this.#live());
  }

  /** Lets no run begin any more; one that goes on may end. */
  retire(): void {
    this.#retired.abort();
  }

  /** How many events wait for it; it stops counting at `limit`. */
  async waiting(limit: number): Promise<number> {
    const goesOn = this.isRunning ? 1 : 0;
    const count = await countWaiting(this.#with.app, this.#place, typesOf(this.placed.hook), limit + goesOn);
    return Math.max(0, count - goesOn);
  }

  async #live(): Promise<void> {
    const { drain } = this.#with;
    const woken = AbortSignal.any([drain, this.#over]);
    while (!this.#over.aborted) {
      try {
        if (!(await this.#step(woken))) break;
      } catch (error) {
        this.#tell(error);
        if (drain.aborted) break;
        await pause(RETRY_MS, woken);
      }
    }
    if (this.#place > this.#kept) await this.#keep().catch((error: unknown) => this.#tell(error));
  }

  /** Goes on along what is in the log, or waits until there is more; false when there is no more to do. */
  async #step(woken: AbortSignal): Promise<boolean> {
    const { app, drain } = this.#with;
    if (this.#isDue) await this.#keep();
    const { wakes } = app.hub;
    const events = await eventsForHooks(app, this.#place);
    for (const event of events) if (!(await this.#pass(event))) return false;
    if (this.#place - this.#kept >= HOOK_BATCH) await this.#keep();
    if (events.length > 0) return true;
    if (drain.aborted) return false;
    await app.hub.after(wakes, LOOK_MS, woken);
    return true;
  }

  /** Passes an event, which is run for where it is for this hook; false when the way ends before it. */
  async #pass({ id, type }: { id: number; type: string }): Promise<boolean> {
    if (this.#over.aborted) return false;
    const isMine = typesOf(this.placed.hook).includes(type);
    if (isMine && !(await this.#fire(id))) return false;
    this.#place = id;
    if (!isMine) return true;
    this.#isDue = true;
    await this.#keep();
    return true;
  }

  /** Runs the hook for an event; false when it is to be run for it once more. */
  async #fire(id: number): Promise<boolean> {
    if (this.#isFirst) await this.#awaitLeftBehind(id);
    this.#isFirst = false;
    const free = await this.#with.slots.take();
    try {
      if (this.#over.aborted) return false;
      const facts = await hookFacts(this.#with.app, id);
      if (!facts) return true;
      this.isRunning = true;
      return (await runHook(this.#with, this.placed, facts)) !== "daemon_shutdown";
    } finally {
      this.isRunning = false;
      free();
    }
  }

  /** A daemon that was killed leaves the run it had begun behind: the same is not run beside it, as long as it may take. */
  async #awaitLeftBehind(id: number): Promise<void> {
    const { hook, index } = this.placed;
    const { outputs } = this.#with;
    for (const end = performance.now() + hook.timeout_ms + GRACE_MS; performance.now() < end && !this.#over.aborted;) {
      if (!outputs.isHeld(id, index)) return;
      await pause(LEFT_BEHIND_MS, this.#over);
    }
  }

  async #keep(): Promise<void> {
    const event_id = this.#place;
    await keepHookPlace(this.#with.app, { hook: this.key, event_id });
    this.#kept = event_id;
    this.#isDue = false;
  }

  #tell(error: unknown): void {
    logError(`hook ${this.placed.index}, ${this.placed.hook.command}`, error);
  }
}
