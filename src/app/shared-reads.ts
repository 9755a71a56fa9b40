import type { Db } from "../store/db.ts";
import type { App } from "./app.ts";

/** What was read last under each name: a thousand followers at one place of the log read each event once. */
const latest = new WeakMap<App, Map<string, { wakes: number; at: number; found: Promise<unknown> }>>();
/** What another daemon of the same database writes wakes nobody here. */
const FRESH_MS = 1_000;

/** What `read` finds, in a snapshot; it is read once for all who ask under the same name before the hub wakes again. */
export function sharedRead<T>(app: App, name: string, read: (snapshot: Db) => Promise<T>): Promise<T> {
  let reads = latest.get(app);
  if (!reads) latest.set(app, (reads = new Map()));
  const all = reads;
  const { wakes } = app.hub;
  const known = all.get(name);
  const at = performance.now();
  if (known?.wakes === wakes && at - known.at < FRESH_MS) return known.found as Promise<T>;
  for (const [old, { wakes: then }] of all) if (then !== wakes) all.delete(old);
  const found = app.db.read(read);
  all.set(name, { wakes, at, found });
  found.catch(() => all.delete(name));
  return found;
}
