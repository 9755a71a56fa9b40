import type { SiblingClose } from "../core/close.ts";
import type { StoredEvent } from "../core/event.ts";
import type { Db } from "./db.ts";
import { selectEvents } from "./events.ts";
import { sql } from "./sql.ts";

type Siblings = { parent_id: number; except_id: number; actor: string; since: string };

/** Closes by one actor of a parent's present children but one, the newest first. */
export async function siblingCloses(db: Db, { parent_id, except_id, actor, since }: Siblings): Promise<SiblingClose[]> {
  const rows = await db.all<{ short_id: string; created_at: string; payload: string }>(sql`
    SELECT issues.short_id, events.created_at, events.payload
    FROM events
    JOIN links ON links.from_issue_id = events.issue_id AND links.type = 'parent' AND links.to_issue_id = ${parent_id}
    JOIN issues ON issues.id = events.issue_id
    WHERE events.type = 'issue.closed' AND events.actor = ${actor} AND events.created_at >= ${since} AND events.issue_id <> ${except_id}
    ORDER BY events.id DESC`);
  return rows.map(({ short_id, created_at, payload }) => {
    const { reason = "", message = "" } = JSON.parse(payload) as { reason?: string; message?: string };
    return { short_id, created_at, reason, message };
  });
}

/** A project's closes and refused closes, oldest first. */
export async function closeEvents(db: Db, projectId: number): Promise<StoredEvent[]> {
  // Asked for at once, they would be looked for among all the project's events, which are in order already.
  const found = sql`SELECT id FROM events WHERE project_id = ${projectId} AND type IN ('issue.closed', 'close.throttled')`;
  return selectEvents(db, sql`events.id IN (${found})`, "ASC");
}

/** The present short ids of some issues by ULID, deleted ones too. */
export async function shortIdsOf(db: Db, uids: readonly string[]): Promise<{ uid: string; short_id: string }[]> {
  return db.all(sql`SELECT uid, short_id FROM issues WHERE ${db.dialect.among("uid", uids)}`);
}
