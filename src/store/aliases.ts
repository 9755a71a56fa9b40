import type { ProjectAlias } from "../api/shapes.ts";
import { type Db, one } from "./db.ts";
import { sql } from "./sql.ts";

const columns = sql`id, project_id, alias_identity, alias_kind, root_path, created_at, last_seen_at`;

/** The alias of this identity. */
export async function findAlias(db: Db, identity: string): Promise<ProjectAlias | undefined> {
  return one<ProjectAlias>(db, sql`SELECT ${columns} FROM project_aliases WHERE alias_identity = ${identity}`);
}

/** A project's aliases, oldest first. */
export async function aliasesOf(db: Db, projectId: number): Promise<ProjectAlias[]> {
  return db.all<ProjectAlias>(sql`SELECT ${columns} FROM project_aliases WHERE project_id = ${projectId} ORDER BY id`);
}

/** Of a project's aliases the one that was seen last. */
export async function findLatestAlias(db: Db, projectId: number): Promise<ProjectAlias | undefined> {
  const query = sql`SELECT ${columns} FROM project_aliases WHERE project_id = ${projectId} ORDER BY last_seen_at DESC, id DESC LIMIT 1`;
  return one<ProjectAlias>(db, query);
}

/** Binds an identity to a project: a new alias, or the one that is there, seen again and perhaps bound anew. */
export async function putAlias(tx: Db, row: Omit<ProjectAlias, "id" | "last_seen_at">): Promise<ProjectAlias> {
  const put = await one<ProjectAlias>(
    tx,
    sql`
    INSERT INTO project_aliases (project_id, alias_identity, alias_kind, root_path, created_at, last_seen_at)
    VALUES (${row.project_id}, ${row.alias_identity}, ${row.alias_kind}, ${row.root_path}, ${row.created_at}, ${row.created_at})
    ON CONFLICT (alias_identity) DO UPDATE SET
      project_id = excluded.project_id, root_path = excluded.root_path, last_seen_at = excluded.last_seen_at
    RETURNING ${columns}`,
  );
  return put as ProjectAlias;
}

/** A project's alias by row id. */
export async function findAliasById(db: Db, projectId: number, id: number): Promise<ProjectAlias | undefined> {
  return one<ProjectAlias>(db, sql`SELECT ${columns} FROM project_aliases WHERE project_id = ${projectId} AND id = ${id}`);
}

/** Deletes an alias. */
export async function deleteAlias(tx: Db, id: number): Promise<void> {
  await tx.run(sql`DELETE FROM project_aliases WHERE id = ${id}`);
}
