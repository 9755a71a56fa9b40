import type { Changes } from "../src/core/event.ts";
import type { Db } from "../src/store/db.ts";
import { sql } from "../src/store/sql.ts";

export type Told = {
  type: string;
  actor: string;
  issue_uid: string | null;
  related_issue_uid: string | null;
  payload: unknown;
  changes: Changes | null;
};

/** The events of the log after a cursor, with the changes that the wire leaves out. */
export async function eventsIn(db: Db, after = 0): Promise<Told[]> {
  const rows = await db.all<Omit<Told, "payload" | "changes"> & { payload: string; changes: string | null }>(sql`
    SELECT type, actor, issue_uid, related_issue_uid, payload, changes FROM events WHERE id > ${after} ORDER BY id`);
  return rows.map((row) => ({
    ...row,
    payload: JSON.parse(row.payload) as unknown,
    changes: row.changes === null ? null : (JSON.parse(row.changes) as Changes),
  }));
}
