import type { HookFacts } from "../core/hook.ts";
import { findLatestAlias } from "../store/aliases.ts";
import { findComment } from "../store/comments.ts";
import { countEventsOfTypesAfter, eventTypesAfter, findEvent, lastEventId } from "../store/events.ts";
import { deleteHookCursor, type HookCursor, hookCursors, insertHookCursor, setHookCursor } from "../store/hooks.ts";
import { findIssue } from "../store/issues.ts";
import { labelsOf } from "../store/labels.ts";
import { type App, change } from "./app.ts";
import { sharedRead } from "./shared-reads.ts";

export const HOOK_BATCH = 1_000;

/** The place of each of these hooks in the log: the one it had, or after the newest event for a new one. Others are forgotten. */
export async function placeHooks(app: App, hooks: readonly string[]): Promise<Map<string, number>> {
  const had = await hookCursors(app.db);
  const gone = had.filter(({ hook }) => !hooks.includes(hook));
  const fresh = hooks.filter((hook) => !had.some((each) => each.hook === hook));
  if (gone.length + fresh.length === 0) return placesOf(had);
  const { result } = await change(app, async ({ tx }) => {
    const event_id = await lastEventId(tx);
    for (const { hook } of gone) await deleteHookCursor(tx, hook);
    for (const hook of fresh) await insertHookCursor(tx, { hook, event_id });
    return hookCursors(tx);
  });
  return placesOf(result);
}

const placesOf = (cursors: readonly HookCursor[]) => new Map(cursors.map(({ hook, event_id }) => [hook, event_id]));

/** Keeps how far a hook has come. */
export async function keepHookPlace(app: App, cursor: HookCursor): Promise<void> {
  await change(app, ({ tx }) => setHookCursor(tx, cursor));
}

/** The next events after a hook's place; hooks at the same place read them once. */
export function eventsForHooks(app: App, cursor: number): Promise<{ id: number; type: string }[]> {
  return sharedRead(app, `hooks ${cursor}`, (db) => eventTypesAfter(db, cursor, HOOK_BATCH));
}

/** How many events of some types wait after a hook's place; it stops counting at `limit`. */
export function countWaiting(app: App, cursor: number, types: readonly string[], limit: number): Promise<number> {
  return countEventsOfTypesAfter(app.db, cursor, types, limit);
}

/** What a hook is told of an event; undefined when it was purged. */
export function hookFacts(app: App, eventId: number): Promise<HookFacts | undefined> {
  return app.db.read(async (db) => {
    const event = await findEvent(db, eventId);
    if (!event) return undefined;
    const issue = event.issue_id === null ? undefined : await findIssue(db, event.issue_id);
    const labels = issue ? (await labelsOf(db, [issue.id])).map(({ label }) => label) : [];
    const comment = event.type === "issue.commented" ? await findComment(db, commentId(event.payload)) : undefined;
    return { event, issue, labels, alias: await findLatestAlias(db, event.project_id), comment_body: comment?.body };
  });
}

function commentId(payload: string): number {
  return (JSON.parse(payload) as { comment_id: number }).comment_id;
}
