import type { Project } from "../api/shapes.ts";
import { type Db, one } from "./db.ts";
import { sql } from "./sql.ts";

export type Collision = { source: string; external_id: string; object_type: string };

/** Mappings of imports that both projects have, at most `limit`. */
export async function collidingMappings(tx: Db, sourceId: number, targetId: number, limit: number): Promise<Collision[]> {
  return tx.all<Collision>(sql`
    SELECT theirs.source, theirs.external_id, theirs.object_type
    FROM import_mappings AS theirs
    JOIN import_mappings AS ours ON ours.source = theirs.source AND ours.external_id = theirs.external_id AND ours.object_type = theirs.object_type
    WHERE theirs.project_id = ${sourceId} AND ours.project_id = ${targetId}
    ORDER BY theirs.id LIMIT ${limit}`);
}

/** Issues of the source whose short id the target has or had, in the order of their uids. */
export async function collidingShortIds(
  tx: Db,
  sourceId: number,
  targetId: number,
): Promise<{ id: number; uid: string; short_id: string }[]> {
  return tx.all(sql`
    SELECT id, uid, short_id FROM issues WHERE project_id = ${sourceId} AND short_id IN (
      SELECT short_id FROM issues WHERE project_id = ${targetId}
      UNION SELECT short_id FROM purge_log WHERE project_id = ${targetId} AND short_id IS NOT NULL
    ) ORDER BY uid`);
}

/** Gives an issue another short id; it does not count as a change of the issue. */
export async function setShortId(tx: Db, issueId: number, shortId: string): Promise<void> {
  await tx.run(sql`UPDATE issues SET short_id = ${shortId} WHERE id = ${issueId}`);
}

export type MovedCounts = { issues_moved: number; aliases_moved: number; events_moved: number; purge_logs_moved: number };

/** How much the source would bring. */
export async function countsOf(tx: Db, sourceId: number): Promise<MovedCounts> {
  const row = await one<MovedCounts>(
    tx,
    sql`
    SELECT
      (SELECT count(*) FROM issues WHERE project_id = ${sourceId}) AS issues_moved,
      (SELECT count(*) FROM project_aliases WHERE project_id = ${sourceId}) AS aliases_moved,
      (SELECT count(*) FROM events WHERE project_id = ${sourceId}) AS events_moved,
      (SELECT count(*) FROM purge_log WHERE project_id = ${sourceId}) AS purge_logs_moved`,
  );
  return row as MovedCounts;
}

/** Moves everything of the source into the target, under the target's name, and deletes the source: as if it had never been another. */
export async function absorbProject(
  tx: Db,
  source: Pick<Project, "id" | "uid">,
  target: Pick<Project, "id" | "name" | "uid">,
): Promise<void> {
  await tx.run(sql`UPDATE issues SET project_id = ${target.id} WHERE project_id = ${source.id}`);
  await tx.run(sql`UPDATE issue_title_tokens SET project_id = ${target.id} WHERE project_id = ${source.id}`);
  await tx.run(sql`UPDATE recurrences SET project_id = ${target.id} WHERE project_id = ${source.id}`);
  await tx.run(sql`UPDATE project_aliases SET project_id = ${target.id} WHERE project_id = ${source.id}`);
  await tx.run(sql`UPDATE import_mappings SET project_id = ${target.id} WHERE project_id = ${source.id}`);
  await tx.run(sql`
    UPDATE events SET changes = replace(changes, ${`"${source.uid}"`}, ${`"${target.uid}"`})
    WHERE type = 'issue.moved' AND issue_id IN (SELECT issue_id FROM events WHERE project_id = ${source.id})`);
  await tx.run(sql`UPDATE events SET project_id = ${target.id}, project_name = ${target.name} WHERE project_id = ${source.id}`);
  await tx.run(sql`
    UPDATE purge_log SET project_id = ${target.id}, project_uid = ${target.uid}, project_name = ${target.name} WHERE project_id = ${source.id}`);
  await tx.run(sql`DELETE FROM projects WHERE id = ${source.id}`);
}
