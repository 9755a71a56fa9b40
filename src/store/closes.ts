import type { SiblingClose } from "../core/close.ts";
import type { Db } from "./db.ts";
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
