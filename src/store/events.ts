import type { Changes, NewEvent, StoredEvent } from "../core/event.ts";
import { type Db, one } from "./db.ts";
import { every, raw, type Sql, sql } from "./sql.ts";

/** Appends an event to the log and gives it as it can be read from there. */
export async function appendEvent(
  tx: Db,
  event: NewEvent,
  stamp: { uid: string; origin_instance_uid: string; created_at: string },
): Promise<StoredEvent> {
  const { project, issue, related } = event;
  const row = {
    ...stamp,
    project_id: project.id,
    project_uid: project.uid,
    project_name: project.name,
    ...subject(issue),
    ...relation(related),
    type: event.type,
    actor: event.actor,
    payload: JSON.stringify(event.payload),
  };
  const key = ("idempotency_key" in event.payload && event.payload.idempotency_key) || null;
  const id = await tx.insert(sql`
    INSERT INTO events (
      uid, origin_instance_uid, project_id, project_name, issue_id, issue_uid, related_issue_id, related_issue_uid,
      type, actor, payload, changes, idempotency_key, created_at
    ) VALUES (
      ${row.uid}, ${row.origin_instance_uid}, ${row.project_id}, ${row.project_name}, ${row.issue_id}, ${row.issue_uid},
      ${row.related_issue_id}, ${row.related_issue_uid}, ${row.type}, ${row.actor}, ${row.payload}, ${changesText(event.changes)}, ${key}, ${row.created_at}
    )`);
  return { ...row, id: id as number };
}

type Named = NonNullable<NewEvent["issue"]>;

const subject = (issue: Named | undefined) =>
  issue
    ? { issue_id: issue.id, issue_uid: issue.uid, issue_short_id: issue.short_id }
    : { issue_id: null, issue_uid: null, issue_short_id: null };

const relation = (related: Named | undefined) =>
  related
    ? { related_issue_id: related.id, related_issue_uid: related.uid, related_issue_short_id: related.short_id }
    : { related_issue_id: null, related_issue_uid: null, related_issue_short_id: null };

const changesText = (changes: Changes | undefined) => (changes && Object.keys(changes).length > 0 ? JSON.stringify(changes) : null);

/** Events as they are read, with their subjects' present short ids; hidden projects have none to show. */
export async function selectEvents(db: Db, condition: Sql, order: "ASC" | "DESC", limit?: number): Promise<StoredEvent[]> {
  return db.all<StoredEvent>(sql`
    SELECT events.id, events.uid, events.origin_instance_uid, events.project_id, projects.uid AS project_uid, events.project_name,
      events.issue_id, events.issue_uid, subject.short_id AS issue_short_id,
      events.related_issue_id, events.related_issue_uid, related.short_id AS related_issue_short_id,
      events.type, events.actor, events.payload, events.created_at
    FROM events
    JOIN projects ON projects.id = events.project_id
    LEFT JOIN issues AS subject ON subject.id = events.issue_id
    LEFT JOIN issues AS related ON related.id = events.related_issue_id
    WHERE events.project_id > 0 AND ${condition}
    ORDER BY events.id ${raw(order)}${limit === undefined ? sql`` : sql` LIMIT ${limit}`}`);
}

type After = { project_id?: number | undefined; limit: number };

function after(cursor: number, filter: After): Sql {
  const wanted = [sql`events.id > ${cursor}`];
  if (filter.project_id !== undefined) wanted.push(sql`events.project_id = ${filter.project_id}`);
  return every(wanted);
}

/** Events after a cursor, oldest first. */
export async function eventsAfter(db: Db, cursor: number, filter: After): Promise<StoredEvent[]> {
  return selectEvents(db, after(cursor, filter), "ASC", filter.limit);
}

/** An event by its id; undefined for one that was purged. */
export async function findEvent(db: Db, id: number): Promise<StoredEvent | undefined> {
  return (await selectEvents(db, sql`events.id = ${id}`, "ASC"))[0];
}

/** Of the events after a cursor no more than which they are and of which type, oldest first. */
export async function eventTypesAfter(db: Db, cursor: number, limit: number): Promise<{ id: number; type: string }[]> {
  return db.all(sql`SELECT id, type FROM events WHERE project_id > 0 AND id > ${cursor} ORDER BY id LIMIT ${limit}`);
}

/** Events of a window of time, its ends too, oldest first. */
export async function eventsBetween(
  db: Db,
  { project_id, since, until }: { project_id?: number | undefined; since: string; until: string },
): Promise<StoredEvent[]> {
  const wanted = [sql`events.created_at >= ${since} AND events.created_at <= ${until}`];
  if (project_id !== undefined) wanted.push(sql`events.project_id = ${project_id}`);
  return selectEvents(db, every(wanted), "ASC");
}

/** How many events there are after a cursor; it stops counting at `limit`. */
export async function countEventsAfter(db: Db, cursor: number, filter: After): Promise<number> {
  const row = await one<{ n: number }>(
    db,
    sql`
    SELECT count(*) AS n FROM (
      SELECT 1 FROM events WHERE events.project_id > 0 AND ${after(cursor, filter)} LIMIT ${filter.limit}
    ) AS counted`,
  );
  return row?.n ?? 0;
}

/** How many events of some types there are after a cursor; it stops counting at `limit`. */
export async function countEventsOfTypesAfter(db: Db, cursor: number, types: readonly string[], limit: number): Promise<number> {
  const row = await one<{ n: number }>(
    db,
    sql`
    SELECT count(*) AS n FROM (
      SELECT 1 FROM events WHERE project_id > 0 AND id > ${cursor} AND ${db.dialect.among("type", types)} LIMIT ${limit}
    ) AS counted`,
  );
  return row?.n ?? 0;
}

/** The id of the newest event, hidden ones too; 0 when there is none. */
export async function lastEventId(db: Db): Promise<number> {
  return (await one<{ id: number | null }>(db, sql`SELECT max(id) AS id FROM events`))?.id ?? 0;
}

/** Where readers whose cursor is older must start again, because events that they may have seen were purged. */
export async function resetAfter(db: Db, cursor: number, projectId?: number): Promise<number | undefined> {
  const wanted = [sql`purge_reset_after_event_id > ${cursor}`];
  if (projectId !== undefined) wanted.push(sql`project_id = ${projectId}`);
  const row = await one<{ id: number | null }>(db, sql`SELECT max(purge_reset_after_event_id) AS id FROM purge_log WHERE ${every(wanted)}`);
  return row?.id ?? undefined;
}

/** The newest creation of an issue in the project under an idempotency key, not older than `since`. */
export async function findCreation(db: Db, projectId: number, key: string, since: string): Promise<StoredEvent | undefined> {
  const condition = sql`
    events.project_id = ${projectId} AND events.idempotency_key = ${key} AND events.created_at >= ${since} AND events.type = 'issue.created'`;
  return (await selectEvents(db, condition, "DESC", 1))[0];
}
