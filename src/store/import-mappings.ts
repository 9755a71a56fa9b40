import type { Db } from "./db.ts";
import { type Sql, sql } from "./sql.ts";

/** Where a mapping is from: the same external id may stand for different things in other projects and sources. */
export type Scope = { project_id: number; source: string };

/** What an object of another tracker became here. `issue_id` is the issue itself, or the one that the object belongs to. */
export type Mapping = {
  id: number;
  external_id: string;
  object_type: "issue" | "comment" | "label" | "link";
  issue_id: number;
  comment_id: number | null;
  link_id: number | null;
  label: string | null;
};
type NewMapping = Pick<Mapping, "external_id" | "object_type" | "issue_id"> &
  Partial<Pick<Mapping, "comment_id" | "link_id" | "label">> & { source_updated_at?: string };

async function select(db: Db, { project_id, source }: Scope, objectType: Mapping["object_type"], condition: Sql): Promise<Mapping[]> {
  return db.all<Mapping>(sql`
    SELECT id, external_id, object_type, issue_id, comment_id, link_id, label FROM import_mappings
    WHERE project_id = ${project_id} AND source = ${source} AND object_type = ${objectType} AND ${condition}
    ORDER BY id`);
}

/** What some external ids stand for; those that were never imported are left out. */
export async function mappingsOf(
  db: Db,
  scope: Scope,
  objectType: Mapping["object_type"],
  externalIds: readonly string[],
): Promise<Mapping[]> {
  return select(db, scope, objectType, db.dialect.among("external_id", externalIds));
}

/** The labels or links of some issues that came from the source, oldest first. */
export async function mappingsOfIssues(
  db: Db,
  scope: Scope,
  objectType: "label" | "link",
  issueIds: readonly number[],
): Promise<Mapping[]> {
  return select(db, scope, objectType, db.dialect.among("issue_id", issueIds));
}

/** Whether a link came from any source. */
export async function isImportedLink(db: Db, linkId: number): Promise<boolean> {
  return (await db.all(sql`SELECT 1 AS found FROM import_mappings WHERE link_id = ${linkId} LIMIT 1`)).length > 0;
}

/** Remembers what an external id stands for, anew where it is known. */
export async function putMapping(tx: Db, { project_id, source }: Scope, mapping: NewMapping, importedAt: string): Promise<void> {
  const { external_id, object_type, issue_id, comment_id = null, link_id = null, label = null, source_updated_at = null } = mapping;
  await tx.run(sql`
    INSERT INTO import_mappings (
      source, external_id, object_type, project_id, issue_id, comment_id, link_id, label, source_updated_at, imported_at
    ) VALUES (
      ${source}, ${external_id}, ${object_type}, ${project_id}, ${issue_id}, ${comment_id}, ${link_id}, ${label},
      ${source_updated_at}, ${importedAt}
    ) ON CONFLICT (project_id, source, object_type, external_id) DO UPDATE SET
      issue_id = excluded.issue_id, comment_id = excluded.comment_id, link_id = excluded.link_id, label = excluded.label,
      source_updated_at = excluded.source_updated_at, imported_at = excluded.imported_at`);
}

/** Forgets what an external id stood for. */
export async function deleteMapping(tx: Db, id: number): Promise<void> {
  await tx.run(sql`DELETE FROM import_mappings WHERE id = ${id}`);
}

/** Takes an issue's mappings along to another project, but for those whose key is taken there. */
export async function moveMappings(tx: Db, issueId: number, projectId: number): Promise<void> {
  await tx.run(sql`
    DELETE FROM import_mappings WHERE issue_id = ${issueId} AND EXISTS (
      SELECT 1 FROM import_mappings AS taken
      WHERE taken.project_id = ${projectId} AND taken.source = import_mappings.source
        AND taken.object_type = import_mappings.object_type AND taken.external_id = import_mappings.external_id
    )`);
  await tx.run(sql`UPDATE import_mappings SET project_id = ${projectId} WHERE issue_id = ${issueId}`);
}
