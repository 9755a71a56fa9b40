import type { Issue } from "../api/shapes.ts";
import { KataError } from "../core/error.ts";
import { parseJson } from "../core/json.ts";
import { parseRef, qualifiedId, wholeIdHint } from "../core/ref.ts";
import type { Db } from "./db.ts";
import { freeShortId } from "./short-ids.ts";
import { every, raw, type Sql, sql } from "./sql.ts";

type Nullable = "closed_reason" | "owner" | "priority" | "recurrence_id" | "occurrence_key" | "closed_at" | "deleted_at";
export type IssueRow = Omit<Issue, Nullable | "metadata"> & { [K in Nullable]: NonNullable<Issue[K]> | null } & { metadata: string };

/** An issue's columns, and its project's uid; the tables are `issues` and `projects`. */
export const issueColumns = sql`
  issues.id, issues.uid, issues.project_id, projects.uid AS project_uid, issues.short_id, issues.title, issues.body,
  issues.status, issues.closed_reason, issues.owner, issues.priority, issues.author, issues.metadata, issues.revision,
  issues.recurrence_id, issues.occurrence_key, issues.created_at, issues.updated_at, issues.closed_at, issues.deleted_at`;

/** A row as the wire has it: what is absent is left out. */
export function issueOf(row: IssueRow): Issue {
  const { metadata, closed_reason, owner, priority, recurrence_id, occurrence_key, closed_at, deleted_at, ...rest } = row;
  return {
    ...rest,
    metadata: metadata === "{}" ? {} : (parseJson(metadata) as Issue["metadata"]),
    ...(closed_reason !== null && { closed_reason }),
    ...(owner !== null && { owner }),
    ...(priority !== null && { priority }),
    ...(recurrence_id !== null && { recurrence_id }),
    ...(occurrence_key !== null && { occurrence_key }),
    ...(closed_at !== null && { closed_at }),
    ...(deleted_at !== null && { deleted_at }),
  };
}

/** Issues that hold `condition`, in `order`. */
async function select(db: Db, condition: Sql, order: Sql = sql`issues.id`, limit?: number): Promise<Issue[]> {
  const rows = await db.all<IssueRow>(sql`
    SELECT ${issueColumns} FROM issues JOIN projects ON projects.id = issues.project_id
    WHERE ${condition}
    ORDER BY ${order}${limit === undefined ? sql`` : sql` LIMIT ${limit}`}`);
  return rows.map(issueOf);
}

/** An issue by row id, deleted or not. */
export async function findIssue(db: Db, id: number): Promise<Issue | undefined> {
  return (await select(db, sql`issues.id = ${id}`))[0];
}

/** An issue by ULID in any project, deleted or not. */
export async function findIssueByUid(db: Db, uid: string): Promise<Issue | undefined> {
  return (await select(db, sql`issues.uid = ${uid}`))[0];
}

/** An issue by its exact short id, deleted or not. */
export async function findIssueByShortId(db: Db, projectId: number, shortId: string): Promise<Issue | undefined> {
  return (await select(db, sql`issues.project_id = ${projectId} AND issues.short_id = ${shortId}`))[0];
}

/** Live issues of the project whose short id begins with `start`, at most `limit`. */
export async function issuesStartingWith(db: Db, projectId: number, start: string, limit: number): Promise<Issue[]> {
  const condition = sql`
    issues.project_id = ${projectId} AND issues.short_id >= ${start} AND issues.short_id < ${`${start}~`} AND issues.deleted_at IS NULL`;
  return select(db, condition, sql`issues.short_id`, limit);
}

/** Issues of active projects whose ULID begins with `start`, at most `limit`; deleted ones where they are asked for. */
export async function issuesByUidStart(db: Db, start: string, deleted: boolean, limit: number): Promise<Issue[]> {
  const condition = sql`
    issues.uid >= ${start} AND issues.uid < ${`${start}~`} AND projects.deleted_at IS NULL
    AND (${deleted ? 1 : 0} = 1 OR issues.deleted_at IS NULL)`;
  return select(db, condition, sql`issues.uid`, limit);
}

type Finding = {
  /** Deleted issues count too. */
  deleted?: boolean;
  /** A unique start of a short id will do: for reads only. */
  prefix?: boolean;
};

/** The issue that a ref names in this project, or `issue_not_found` (http-api.md §2). */
export async function issueAt(db: Db, project: ProjectName, text: string, finding: Finding = {}): Promise<Issue> {
  const found = await findIssueAt(db, project, text, finding);
  if (found && (finding.deleted || found.deleted_at === undefined)) return found;
  const message = `There is no issue ${JSON.stringify(text)} in project ${project.name}.`;
  if (found) {
    const hint = `It was deleted; \`kata restore ${qualifiedId(project.name, found.short_id)}\` brings it back.`;
    throw new KataError("issue_not_found", message, { hint });
  }
  const ref = parseRef(text);
  const [near] = ref && "short_id" in ref ? await issuesStartingWith(db, project.id, ref.short_id, 1) : [];
  const hint = near ? wholeIdHint(project, near) : "`kata list --status all` lists the project's issues.";
  throw new KataError("issue_not_found", message, { hint });
}

type ProjectName = { id: number; name: string };

/** The issue that a ref names in this project, deleted or not. */
export async function findIssueAt(
  db: Db,
  project: ProjectName,
  text: string,
  { prefix = false }: Finding = {},
): Promise<Issue | undefined> {
  const ref = parseRef(text);
  if (!ref) return undefined;
  if ("uid" in ref) {
    const found = await findIssueByUid(db, ref.uid);
    return found?.project_id === project.id ? found : undefined;
  }
  if (ref.project !== undefined && ref.project !== project.name) return undefined;
  const found = await findIssueByShortId(db, project.id, ref.short_id);
  return found ?? (prefix ? issueStartingWith(db, project, ref.short_id) : undefined);
}

async function issueStartingWith(db: Db, project: ProjectName, start: string): Promise<Issue | undefined> {
  const found = await issuesStartingWith(db, project.id, start, 20);
  if (found.length <= 1) return found[0];
  const candidates = found.map((issue) => qualifiedId(project.name, issue.short_id));
  throw new KataError("prefix_ambiguous", `${JSON.stringify(start)} begins the ids of several issues: ${candidates.join(", ")}.`, {
    hint: "Give more of the id.",
    data: { candidates },
  });
}

export type NewIssue = {
  uid: string;
  project_id: number;
  title: string;
  body: string;
  author: string;
  owner?: string | undefined;
  priority?: number | undefined;
  metadata?: string;
  status?: "open" | "closed";
  closed_reason?: string | undefined;
  closed_at?: string | undefined;
  recurrence_id?: number;
  occurrence_key?: string;
  created_at: string;
  updated_at: string;
};

/** Inserts an issue under the first short id that is free (data-model.md §3), and gives its row id and short id. */
export async function insertIssue(tx: Db, row: NewIssue): Promise<{ id: number; short_id: string }> {
  const short_id = await freeShortId(tx, row.project_id, row.uid);
  const id = await tx.insert(sql`
    INSERT INTO issues (
      uid, project_id, short_id, title, body, status, closed_reason, closed_at, owner, priority, author, metadata,
      recurrence_id, occurrence_key, created_at, updated_at
    ) VALUES (
      ${row.uid}, ${row.project_id}, ${short_id}, ${row.title}, ${row.body}, ${row.status ?? "open"}, ${row.closed_reason ?? null},
      ${row.closed_at ?? null}, ${row.owner ?? null}, ${row.priority ?? null}, ${row.author}, ${row.metadata ?? "{}"},
      ${row.recurrence_id ?? null}, ${row.occurrence_key ?? null}, ${row.created_at}, ${row.updated_at}
    )`);
  return { id: id as number, short_id };
}

/** The columns of an issue that changes set one by one. */
export type IssuePatch = Partial<
  Pick<
    IssueRow,
    | "title"
    | "body"
    | "status"
    | "closed_reason"
    | "owner"
    | "priority"
    | "metadata"
    | "revision"
    | "closed_at"
    | "deleted_at"
    | "project_id"
    | "short_id"
  >
>;

/** Sets columns of an issue, and when it was last changed. */
export async function updateIssue(tx: Db, id: number, patch: IssuePatch, updatedAt: string): Promise<void> {
  const set = Object.entries(patch).map(([column, value]) => sql`${raw(column)} = ${value}`);
  const assignments = [...set, sql`updated_at = ${updatedAt}`].reduce((all, next) => sql`${all}, ${next}`);
  await tx.run(sql`UPDATE issues SET ${assignments} WHERE id = ${id}`);
}

export type IssueFilter = {
  project_id?: number | undefined;
  status?: "open" | "closed" | undefined;
  priority?: number | undefined;
  max_priority?: number | undefined;
  /** At most so many; all if nothing is said. */
  limit?: number | undefined;
};

function conditions(filter: IssueFilter): Sql[] {
  const wanted = [sql`issues.deleted_at IS NULL`];
  if (filter.project_id !== undefined) wanted.push(sql`issues.project_id = ${filter.project_id}`);
  if (filter.status !== undefined) wanted.push(sql`issues.status = ${filter.status}`);
  if (filter.priority !== undefined) wanted.push(sql`issues.priority = ${filter.priority}`);
  if (filter.max_priority !== undefined) wanted.push(sql`issues.priority <= ${filter.max_priority}`);
  return wanted;
}

/** A project's issues, the latest changed first. */
export async function issuesOf(db: Db, filter: IssueFilter & { project_id: number }): Promise<Issue[]> {
  return select(db, every(conditions(filter)), sql`issues.updated_at DESC, issues.id DESC`, filter.limit);
}

/** Issues of all active projects, the newest first. */
export async function issuesEverywhere(db: Db, filter: IssueFilter): Promise<Issue[]> {
  const wanted = every([...conditions(filter), sql`projects.deleted_at IS NULL AND projects.id > 0`]);
  return select(db, wanted, sql`issues.created_at DESC, issues.id DESC`, filter.limit);
}

/** A project's open issues that no open issue blocks, the latest changed first. */
export async function readyIssues(db: Db, projectId: number, limit?: number): Promise<Issue[]> {
  const condition = sql`
    issues.project_id = ${projectId} AND issues.status = 'open' AND issues.deleted_at IS NULL
    AND NOT EXISTS (
      SELECT 1 FROM links JOIN issues AS blockers ON blockers.id = links.from_issue_id
      WHERE links.to_issue_id = issues.id AND links.type = 'blocks' AND blockers.status = 'open' AND blockers.deleted_at IS NULL
    )`;
  return select(db, condition, sql`issues.updated_at DESC, issues.id DESC`, limit);
}

/** Live issues by row id, in the order of `ids`. */
export async function issuesByIds(db: Db, ids: readonly number[]): Promise<Issue[]> {
  const found = new Map((await select(db, db.dialect.among("issues.id", ids))).map((issue) => [issue.id, issue]));
  return ids.flatMap((id) => found.get(id) ?? []);
}
