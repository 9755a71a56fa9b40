import type { StoredEvent } from "../core/event.ts";
import type { Db } from "../store/db.ts";
import { countEventsAfter, eventsAfter, lastEventId, resetAfter } from "../store/events.ts";
import type { App } from "./app.ts";
import { sharedRead } from "./shared-reads.ts";

/** How many events a follower may be behind before it is told to read everything anew (http-api.md §14.2). */
const MOST_BEHIND = 10_000;
const BATCH = 1_000;
/** Below the idle timeout of every listener, which cuts a reader that takes nothing. */
const HEARTBEAT_MS = 5_000;

/** What a follower is told: events in order, a heartbeat, or to drop what it knows and go on from an id; that is the last. */
export type News = { events: readonly StoredEvent[] } | { heartbeat: true } | { reset_after_id: number };

type Filter = { project_id?: number | undefined };

/** Yields every event after `cursor`, in order, for as long as the signal lets it. */
export async function* follow(app: App, from: number, filter: Filter, signal: AbortSignal): AsyncGenerator<News> {
  let cursor = from;
  let first = true;
  let told = performance.now();
  while (!signal.aborted) {
    const seen = app.hub.wakes;
    const batch = await newsAfter(app, cursor, filter, first);
    first = false;
    if ("reset_after_id" in batch) return yield batch;
    const last = batch.events.at(-1);
    if (last) {
      yield batch;
      cursor = last.id;
    } else if (performance.now() - told >= HEARTBEAT_MS) {
      yield { heartbeat: true };
    } else {
      // What others are woken for, another project's events or hidden ones, does not put the heartbeat off.
      await app.hub.after(seen, told + HEARTBEAT_MS - performance.now(), signal);
      continue;
    }
    told = performance.now();
  }
}

type Batch = { events: readonly StoredEvent[] } | { reset_after_id: number };

function newsAfter(app: App, cursor: number, filter: Filter, first: boolean): Promise<Batch> {
  return sharedRead(app, `news ${cursor} ${filter.project_id ?? ""} ${first}`, (snapshot) => read(snapshot, cursor, filter, first));
}

async function read(db: Db, cursor: number, filter: Filter, first: boolean): Promise<Batch> {
  const reset = await resetAfter(db, cursor, filter.project_id);
  if (reset !== undefined) return { reset_after_id: reset };
  if (first && (await countEventsAfter(db, cursor, { ...filter, limit: MOST_BEHIND + 1 })) > MOST_BEHIND) {
    return { reset_after_id: await lastEventId(db) };
  }
  return { events: await eventsAfter(db, cursor, { ...filter, limit: BATCH }) };
}
