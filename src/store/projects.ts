import type { Project } from "../api/shapes.ts";
import { KataError } from "../core/error.ts";
import { parseJson } from "../core/json.ts";
import { SYSTEM_PROJECT } from "../core/project.ts";
import { ConstraintError, type Db, one } from "./db.ts";
import { type Sql, sql } from "./sql.ts";

type ProjectRow = Omit<Project, "metadata" | "deleted_at" | "stats"> & { metadata: string; deleted_at: string | null };

const columns = sql`id, uid, name, metadata, revision, created_at, deleted_at`;

const projectOf = ({ metadata, deleted_at, ...row }: ProjectRow): Project => ({
  ...row,
  metadata: parseJson(metadata) as Project["metadata"],
  ...(deleted_at !== null && { deleted_at }),
});

async function project(db: Db, condition: Sql): Promise<Project | undefined> {
  const row = await one<ProjectRow>(db, sql`SELECT ${columns} FROM projects WHERE id > 0 AND ${condition}`);
  return row && projectOf(row);
}

/** A project by id, archived or not. */
export async function findProject(db: Db, id: number): Promise<Project | undefined> {
  return project(db, sql`id = ${id}`);
}

/** A project by its exact name, archived or not. */
export async function findProjectNamed(db: Db, name: string): Promise<Project | undefined> {
  return project(db, sql`name = ${name}`);
}

/** A project by its uid, archived or not. */
export async function findProjectByUid(db: Db, uid: string): Promise<Project | undefined> {
  return project(db, sql`uid = ${uid}`);
}

/** The active project of this id, or `project_not_found`. */
export async function projectAt(db: Db, id: number): Promise<Project> {
  const found = await findProject(db, id);
  if (found && found.deleted_at === undefined) return found;
  throw new KataError("project_not_found", found ? `Project ${id} (${found.name}) is archived.` : `There is no project ${id}.`, {
    hint: "List the projects with `kata projects list`.",
  });
}

/** The hidden project, which the events of the installation itself belong to. */
export async function systemProject(db: Db): Promise<Pick<Project, "id" | "uid" | "name">> {
  const found = await one<Pick<Project, "id" | "uid" | "name">>(
    db,
    sql`SELECT id, uid, name FROM projects WHERE id = ${SYSTEM_PROJECT.id}`,
  );
  if (!found) throw new Error("The database has no system project.");
  return found;
}

/** All active projects, oldest first. */
export async function projectsOf(db: Db): Promise<Project[]> {
  const rows = await db.all<ProjectRow>(sql`SELECT ${columns} FROM projects WHERE id > 0 AND deleted_at IS NULL ORDER BY id`);
  return rows.map(projectOf);
}

/** Inserts a project; a name that is taken is a `conflict`. */
export async function insertProject(db: Db, row: { uid: string; name: string; created_at: string }): Promise<Project> {
  try {
    const inserted = await one<ProjectRow>(
      db,
      sql`
      INSERT INTO projects (uid, name, created_at) VALUES (${row.uid}, ${row.name}, ${row.created_at}) RETURNING ${columns}`,
    );
    return projectOf(inserted as ProjectRow);
  } catch (error) {
    throw nameTaken(error, row.name);
  }
}

export type ProjectStats = { project_id: number; open: number; closed: number; last_event_at: string | null };

/** How many live issues each project has, and when its last event was; projects without either are left out. */
export async function projectStats(db: Db): Promise<ProjectStats[]> {
  return db.all<ProjectStats>(sql`
    SELECT projects.id AS project_id,
      (SELECT count(*) FROM issues WHERE issues.project_id = projects.id AND issues.status = 'open' AND issues.deleted_at IS NULL) AS open,
      (SELECT count(*) FROM issues WHERE issues.project_id = projects.id AND issues.status = 'closed' AND issues.deleted_at IS NULL) AS closed,
      (SELECT events.created_at FROM events WHERE events.project_id = projects.id ORDER BY events.id DESC LIMIT 1) AS last_event_at
    FROM projects WHERE projects.id > 0 AND projects.deleted_at IS NULL`);
}

/** Gives a project another name; one that is taken is a `conflict`. */
export async function renameProject(tx: Db, id: number, name: string): Promise<void> {
  try {
    await tx.run(sql`UPDATE projects SET name = ${name} WHERE id = ${id}`);
  } catch (error) {
    throw nameTaken(error, name);
  }
}

/** Hides a project, and forgets its aliases. */
export async function archiveProject(tx: Db, id: number, deletedAt: string): Promise<void> {
  await tx.run(sql`UPDATE projects SET deleted_at = ${deletedAt} WHERE id = ${id}`);
  await tx.run(sql`DELETE FROM project_aliases WHERE project_id = ${id}`);
}

/** How many open issues a project has that were not deleted. */
export async function countOpenIssues(db: Db, projectId: number): Promise<number> {
  const row = await one<{ n: number }>(
    db,
    sql`
    SELECT count(*) AS n FROM issues WHERE project_id = ${projectId} AND status = 'open' AND deleted_at IS NULL`,
  );
  return row?.n ?? 0;
}

/** Replaces a project's metadata (JSON text) and its revision. */
export async function setProjectMetadata(tx: Db, id: number, metadata: string, revision: number): Promise<void> {
  await tx.run(sql`UPDATE projects SET metadata = ${metadata}, revision = ${revision} WHERE id = ${id}`);
}

/** What a broken UNIQUE on the name means to the caller; any other error stays as it is. */
export function nameTaken(error: unknown, name: string): unknown {
  if (!(error instanceof ConstraintError && error.constraint === "projects_name_key")) return error;
  return new KataError("conflict", `A project named ${JSON.stringify(name)} exists already.`, {
    hint: "Choose another name; `kata projects list` lists those that are taken.",
    cause: error,
  });
}
