import type { Comment, Issue, IssueLabel, IssueOut, IssueRef, LinkOut, Project } from "../api/shapes.ts";
import { KataError } from "../core/error.ts";
import { qualifiedId } from "../core/ref.ts";
import { commentsOf } from "../store/comments.ts";
import type { Db } from "../store/db.ts";
import {
  findIssue,
  findIssueByUid,
  type IssueFilter,
  issueAt,
  issuesByIds,
  issuesByUidStart,
  issuesEverywhere,
  issuesOf,
  readyIssues,
} from "../store/issues.ts";
import { labelsOf } from "../store/labels.ts";
import { childCountsOf, childIdsOf, linkOut, linksOf, parentsOf, peersOf } from "../store/links.ts";
import { projectAt, projectsOf } from "../store/projects.ts";
import type { App } from "./app.ts";

/** Issues with what surrounds them: labels, parent, children, peers (`IssueOut` of http-api.md §5). */
export async function withSurroundings(db: Db, issues: readonly Issue[], nameOf: (projectId: number) => string): Promise<IssueOut[]> {
  const ids = issues.map(({ id }) => id);
  if (ids.length === 0) return [];
  const labels = Map.groupBy(await labelsOf(db, ids), ({ issue_id }) => issue_id);
  const parents = new Map((await parentsOf(db, ids)).map(({ issue_id, short_id }) => [issue_id, short_id]));
  const counts = new Map((await childCountsOf(db, ids)).map(({ issue_id, open, total }) => [issue_id, { open, total }]));
  const peers = Map.groupBy(await peersOf(db, ids), ({ issue_id, role }) => `${issue_id} ${role}`);
  return issues.map((issue) => {
    const parent_short_id = parents.get(issue.id);
    const child_counts = counts.get(issue.id);
    const inRole = (role: "blocks" | "blocked_by" | "related") => {
      const found = peers.get(`${issue.id} ${role}`)?.map(({ uid, short_id }) => ({ uid, short_id }));
      return found && { [role]: found };
    };
    return {
      ...issue,
      qualified_id: qualifiedId(nameOf(issue.project_id), issue.short_id),
      ...(labels.has(issue.id) && { labels: labels.get(issue.id)?.map(({ label }) => label) ?? [] }),
      ...(parent_short_id !== undefined && { parent_short_id }),
      ...(child_counts && { child_counts }),
      ...inRole("blocks"),
      ...inRole("blocked_by"),
      ...inRole("related"),
    };
  });
}

/** A project's issues, the latest changed first. */
export async function listIssues(app: App, filter: IssueFilter & { project_id: number }): Promise<IssueOut[]> {
  return app.db.read(async (db) => {
    const project = await projectAt(db, filter.project_id);
    return withSurroundings(db, await issuesOf(db, filter), () => project.name);
  });
}

/** Issues of all projects, or of one, the newest first. */
export async function listAllIssues(app: App, filter: IssueFilter): Promise<IssueOut[]> {
  return app.db.read(async (db) => {
    if (filter.project_id !== undefined) await projectAt(db, filter.project_id);
    const names = new Map((await projectsOf(db)).map(({ id, name }) => [id, name]));
    return withSurroundings(db, await issuesEverywhere(db, filter), (id) => names.get(id) ?? "");
  });
}

/** A project's open issues that nothing open blocks, the latest changed first. */
export async function listReadyIssues(app: App, input: { project_id: number; limit?: number | undefined }): Promise<Issue[]> {
  return app.db.read(async (db) => {
    await projectAt(db, input.project_id);
    return readyIssues(db, input.project_id, input.limit);
  });
}

export type Shown = { issue: Issue; comments: Comment[]; links: LinkOut[]; labels: IssueLabel[]; parent?: IssueRef; children?: IssueOut[] };

/** An issue with everything around it. */
export async function showIssue(app: App, input: { project_id: number; ref: string; include_deleted: boolean }): Promise<Shown> {
  return app.db.read(async (db) => {
    const project = await projectAt(db, input.project_id);
    return shown(db, project, await issueAt(db, project, input.ref, { deleted: input.include_deleted, prefix: true }));
  });
}

const SHORTEST_START = 8;
const MOST_CANDIDATES = 20;

/** An issue of any project by its ULID, or by a unique start of 8 characters or more (http-api.md §7). */
export async function findIssueAnywhere(app: App, input: { uid: string; include_deleted: boolean }): Promise<Shown> {
  const start = input.uid.toUpperCase();
  if (start.length < SHORTEST_START)
    throw new KataError("prefix_too_short", `uid: ${JSON.stringify(input.uid)} is too short: give ${SHORTEST_START} characters or more`);
  if (!/^[0-7][0-9A-HJKMNP-TV-Z]{0,25}$/.test(start))
    throw new KataError("validation", `uid: ${JSON.stringify(input.uid)} is no ULID: those have 26 of 0-9 and A-Z without I, L, O, U`);
  return app.db.read(async (db) => {
    const whole = await findIssueByUid(db, start);
    if (whole) await projectAt(db, whole.project_id);
    const found = await issuesByUidStart(db, start, input.include_deleted, MOST_CANDIDATES);
    const [issue] = found;
    if (!issue)
      throw new KataError("issue_not_found", `There is no issue ${JSON.stringify(input.uid)}.`, {
        hint: "`kata search WORDS` finds an issue of the project by its words.",
      });
    if (found.length === 1) return shown(db, await projectAt(db, issue.project_id), issue);
    const candidates = found.map(({ uid }) => uid);
    throw new KataError("prefix_ambiguous", `${JSON.stringify(input.uid)} begins several ULIDs: ${candidates.join(", ")}.`, {
      hint: "Give more of it.",
      data: { candidates },
    });
  });
}

/** What `show` answers of an issue that was found. */
export async function shown(db: Db, project: Project, issue: Issue): Promise<Shown> {
  const links = await linksOf(db, issue.id);
  const parentLink = links.find(({ type, from_id }) => type === "parent" && from_id === issue.id);
  const parent = parentLink && (await findIssue(db, parentLink.to_id));
  const hasChildren = links.some(({ type, to_id }) => type === "parent" && to_id === issue.id);
  const children = hasChildren ? await withSurroundings(db, await issuesByIds(db, await childIdsOf(db, issue.id)), () => project.name) : [];
  return {
    issue,
    comments: await commentsOf(db, issue.id),
    links: links.map(linkOut),
    labels: await labelsOf(db, [issue.id]),
    ...(parent && { parent: issueRef(project, parent) }),
    ...(children.length > 0 && { children }),
  };
}

function issueRef(project: Project, { uid, short_id, title, status }: Issue): IssueRef {
  return { uid, short_id, qualified_id: qualifiedId(project.name, short_id), title, status };
}
