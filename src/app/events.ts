import { type EventEnvelope, toEnvelope } from "../core/event.ts";
import { eventsAfter, resetAfter } from "../store/events.ts";
import { projectAt } from "../store/projects.ts";
import type { App } from "./app.ts";

const MOST = 1_000;

export type Polled = { reset_required: boolean; reset_after_id?: number; events: EventEnvelope[]; next_after_id: number };

/** Events after a cursor, or where to start again because a purge took some away (http-api.md §14.1). */
export async function pollEvents(app: App, input: { project_id?: number; after_id: number; limit: number }): Promise<Polled> {
  return app.db.read(async (db) => {
    const { project_id, after_id, limit } = input;
    if (project_id !== undefined) await projectAt(db, project_id);
    const reset = await resetAfter(db, after_id, project_id);
    if (reset !== undefined) return { reset_required: true, reset_after_id: reset, events: [], next_after_id: reset };
    const events = await eventsAfter(db, after_id, { project_id, limit: Math.min(limit, MOST) });
    return { reset_required: false, events: events.map(toEnvelope), next_after_id: events.at(-1)?.id ?? after_id };
  });
}
