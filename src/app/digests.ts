import { digestOf, type DigestActor, type Totals } from "../core/digest.ts";
import { KataError } from "../core/error.ts";
import { isoTime } from "../core/time.ts";
import { eventsBetween } from "../store/events.ts";
import { projectAt } from "../store/projects.ts";
import type { App } from "./app.ts";

type Window = { project_id?: number; since: string; until?: string | undefined; actors: readonly string[] };

export type Digest = {
  since: string;
  until: string;
  project_id: number;
  event_count: number;
  totals: Totals;
  actors: DigestActor[];
};

/** What happened in a window of time, by actor and issue (http-api.md §15). */
export async function digest(app: App, { project_id, since, until = isoTime(app.now()), actors }: Window): Promise<Digest> {
  return app.db.read(async (db) => {
    if (project_id !== undefined) await projectAt(db, project_id);
    if (until <= since)
      throw new KataError("validation", `until: must be after since, and ${until} is not after ${since}`, {
        hint: "The window goes from since to until, or to now.",
      });
    const events = await eventsBetween(db, { project_id, since, until });
    const wanted = actors.length === 0 ? events : events.filter(({ actor }) => actors.includes(actor));
    return { since: shown(since), until: shown(until), project_id: project_id ?? 0, ...digestOf(wanted) };
  });
}

/** A bound as it was likely given: whole seconds without a fraction. */
const shown = (time: string): string => time.replace(".000Z", "Z");
