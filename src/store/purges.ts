import type { PurgeLog } from "../api/shapes.ts";
import { type Db, one } from "./db.ts";
import { sql } from "./sql.ts";

type Nullable =
  | "issue_uid"
  | "project_uid"
  | "short_id"
  | "events_deleted_min_id"
  | "events_deleted_max_id"
  | "purge_reset_after_event_id"
  | "reason";
type Traces = Pick<PurgeLog, "comment_count" | "link_count" | "label_count" | "event_count"> & {
  first_event: number | null;
  last_event: number | null;
};

/** What a purge of an issue takes away. */
export async function tracesOf(tx: Db, issueId: number): Promise<Traces> {
  const traces = await one<Traces>(
    tx,
    sql`
    SELECT
      (SELECT count(*) FROM comments WHERE issue_id = ${issueId}) AS comment_count,
      (SELECT count(*) FROM links WHERE from_issue_id = ${issueId} OR to_issue_id = ${issueId}) AS link_count,
      (SELECT count(*) FROM issue_labels WHERE issue_id = ${issueId}) AS label_count,
      count(*) AS event_count, min(id) AS first_event, max(id) AS last_event
    FROM events
    WHERE issue_id = ${issueId} OR (related_issue_id = ${issueId} AND type <> 'issue.links_changed')`,
  );
  return traces as Traces;
}

/** Deletes an issue and all that hangs on it; its index entries are for the indexes themselves. */
export async function eraseIssue(tx: Db, issueId: number): Promise<void> {
  await tx.run(sql`DELETE FROM events WHERE issue_id = ${issueId} OR (related_issue_id = ${issueId} AND type <> 'issue.links_changed')`);
  await tx.run(sql`UPDATE events SET related_issue_id = NULL, related_issue_uid = NULL WHERE related_issue_id = ${issueId}`);
  await tx.run(sql`DELETE FROM import_mappings WHERE issue_id = ${issueId}`);
  await tx.run(sql`DELETE FROM comments WHERE issue_id = ${issueId}`);
  await tx.run(sql`DELETE FROM links WHERE from_issue_id = ${issueId} OR to_issue_id = ${issueId}`);
  await tx.run(sql`DELETE FROM issue_labels WHERE issue_id = ${issueId}`);
  await tx.run(sql`DELETE FROM issues WHERE id = ${issueId}`);
}

/** Takes an event id that no event will ever have. */
export async function reserveEventId(tx: Db): Promise<number> {
  return (await one<{ id: number }>(tx, tx.dialect.reserveEventId()))?.id ?? 0;
}

export type NewPurge = Omit<PurgeLog, "id" | Nullable> & { [K in Nullable]: NonNullable<PurgeLog[K]> | null };

/** Records that a purge happened; gives the row's id. */
export async function insertPurge(tx: Db, row: NewPurge): Promise<number> {
  const id = await tx.insert(sql`
    INSERT INTO purge_log (
      uid, origin_instance_uid, project_id, purged_issue_id, issue_uid, project_uid, project_name, short_id, issue_title, issue_author,
      comment_count, link_count, label_count, event_count, events_deleted_min_id, events_deleted_max_id, purge_reset_after_event_id,
      actor, reason, purged_at
    ) VALUES (
      ${row.uid}, ${row.origin_instance_uid}, ${row.project_id}, ${row.purged_issue_id}, ${row.issue_uid}, ${row.project_uid},
      ${row.project_name}, ${row.short_id}, ${row.issue_title}, ${row.issue_author}, ${row.comment_count}, ${row.link_count},
      ${row.label_count}, ${row.event_count}, ${row.events_deleted_min_id}, ${row.events_deleted_max_id},
      ${row.purge_reset_after_event_id}, ${row.actor}, ${row.reason}, ${row.purged_at}
    )`);
  return id as number;
}
