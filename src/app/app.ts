import type { NewEvent, StoredEvent } from "../core/event.ts";
import { isoTime } from "../core/time.ts";
import type { Database, Db } from "../store/db.ts";
import { appendEvent } from "../store/events.ts";
import type { Hub } from "./hub.ts";

/** What use cases work on. Clock and id source are passed in; nothing else is. */
export type App = {
  db: Database;
  hub: Hub;
  now(): Date;
  ulid(): string;
  instance_uid: string;
  settings: { close_throttle: boolean };
};

export type Change = {
  tx: Db;
  /** The time of the change, UTC with milliseconds. */
  now: string;
  emit(event: NewEvent): Promise<StoredEvent>;
  /** Wakes the followers after the commit although there is no event: a purge is news too. */
  wake(): void;
};

/** The only way to write: one transaction, its events in it, and one wake after the commit. */
export async function change<T>(app: App, work: (change: Change) => Promise<T>): Promise<{ result: T; events: StoredEvent[] }> {
  let events: StoredEvent[] = [];
  let news = false;
  const now = isoTime(app.now());
  const result = await app.db.transact((tx) => {
    [events, news] = [[], false];
    const emit = async (event: NewEvent): Promise<StoredEvent> => {
      const stored = await appendEvent(tx, event, { uid: app.ulid(), origin_instance_uid: app.instance_uid, created_at: now });
      events.push(stored);
      return stored;
    };
    return work({ tx, now, emit, wake: () => void (news = true) });
  });
  if (news || events.length > 0) app.hub.wake();
  return { result, events };
}
