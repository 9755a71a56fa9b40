import { expect } from "bun:test";
import type { Issue, Project } from "../../src/api/shapes.ts";
import {
  findIssue,
  findIssueAt,
  findIssueByShortId,
  findIssueByUid,
  insertIssue,
  issueAt,
  issueOf,
  type IssueRow,
  issuesByIds,
  issuesByUidStart,
  issuesEverywhere,
  issuesOf,
  issuesStartingWith,
  readyIssues,
  updateIssue,
} from "../../src/store/issues.ts";
import type { Contract, On } from "./contract.ts";

/** ULIDs that end alike, so that short ids collide. */
const uid = (end: string) => `01KJKB5W00${"0".repeat(16 - end.length)}${end}`;
const ids = (issues: readonly Issue[]) => issues.map(({ id }) => id);
const closed = { status: "closed", closed_reason: "done", closed_at: "2026-03-02T00:00:00.000Z" } as const;

/** An open, a closed, a deleted and an urgent issue, each changed later than the one before. */
async function mixed({ given }: On, project: Project) {
  const open = await given.issue(project);
  const done = await given.issue(project, closed);
  const gone = await given.issue(project, { deleted_at: given.now() });
  const urgent = await given.issue(project, { priority: 1 });
  return { open, done, gone, urgent };
}

export const issuesContract: Contract<typeof import("../../src/store/issues.ts")> = {
  issueOf: {
    "leaves out what is null, and reads the metadata": async ({ given }) => {
      const { id, project_uid, ...issue } = await given.issue(await given.project());
      const nulls = { closed_reason: null, owner: null, priority: null, recurrence_id: null, occurrence_key: null, closed_at: null };
      const row: IssueRow = { ...issue, id, project_uid, ...nulls, deleted_at: null, priority: 0, metadata: '{"a":[1]}' };
      expect(issueOf(row)).toEqual({ ...issue, id, project_uid, priority: 0, metadata: { a: [1] } });
    },
  },
  findIssue: {
    "finds an issue with all that it has, deleted or not": async ({ db, given }) => {
      const project = await given.project();
      const bare = await given.issue(project);
      expect(await findIssue(db, bare.id)).toEqual(bare);
      for (const absent of ["owner", "priority", "closed_at", "deleted_at"]) expect(bare).not.toHaveProperty(absent);
      const full = { ...closed, owner: "bob", priority: 0, body: "ü 🙂\n", metadata: '{"k":"v"}', deleted_at: given.now() };
      const rest = { ...full, metadata: { k: "v" }, project_uid: project.uid };
      expect(await given.issue(project, full)).toMatchObject(rest);
      expect(await findIssue(db, 99)).toBeUndefined();
    },
  },
  findIssueByUid: {
    "finds an issue of any project": async ({ db, given }) => {
      const issue = await given.issue(await given.archived(), { deleted_at: given.now() });
      expect(await findIssueByUid(db, issue.uid)).toEqual(issue);
      expect(await findIssueByUid(db, given.ulid())).toBeUndefined();
    },
  },
  findIssueByShortId: {
    "finds the exact short id in this project": async ({ db, given }) => {
      const [project, other] = [await given.project(), await given.project()];
      const issue = await given.issue(project, { uid: uid("ABCD") });
      await given.issue(other, { uid: uid("1ABCD") });
      expect(await findIssueByShortId(db, project.id, "abcd")).toEqual(issue);
      expect(await findIssueByShortId(db, project.id, "abc")).toBeUndefined();
    },
  },
  issuesStartingWith: {
    "gives live issues by short id, up to the limit": async ({ db, given }) => {
      const [project, other] = [await given.project(), await given.project()];
      const b = await given.issue(project, { uid: uid("ABCZ") });
      const a = await given.issue(project, { uid: uid("ABC0") });
      await given.issue(project, { uid: uid("ABC1"), deleted_at: given.now() });
      await given.issue(project, { uid: uid("ABD0") });
      await given.issue(other, { uid: uid("ABC2") });
      expect(ids(await issuesStartingWith(db, project.id, "abc", 9))).toEqual([a.id, b.id]);
      expect(ids(await issuesStartingWith(db, project.id, "abc", 1))).toEqual([a.id]);
    },
  },
  issuesByUidStart: {
    "gives issues of active projects by ULID, deleted ones on demand": async ({ db, given }) => {
      const [project, archived] = [await given.project(), await given.archived()];
      const b = await given.issue(project, { uid: "01ZZZZZZ0000000000000000B0" });
      const a = await given.issue(project, { uid: "01ZZZZZZ0000000000000000A0", deleted_at: given.now() });
      await given.issue(archived, { uid: "01ZZZZZZ0000000000000000C0" });
      expect(ids(await issuesByUidStart(db, "01ZZZZZZ", false, 9))).toEqual([b.id]);
      expect(ids(await issuesByUidStart(db, "01ZZZZZZ", true, 9))).toEqual([a.id, b.id]);
      expect(ids(await issuesByUidStart(db, "01ZZZZZZ", true, 1))).toEqual([a.id]);
    },
  },
  issueAt: {
    "takes a short id in any case, with the project's name, and a ULID in any case": async ({ db, given }) => {
      const project = await given.project("demo");
      const issue = await given.issue(project, { uid: uid("ABCD") });
      for (const ref of ["abcd", "ABCD", "demo#abcd", issue.uid, issue.uid.toLowerCase()]) {
        expect(await issueAt(db, project, ref)).toEqual(issue);
      }
    },
    "refuses other projects' issues, and what can't be a ref": async ({ db, given }) => {
      const [project, other] = [await given.project("demo"), await given.project("other")];
      const foreign = await given.issue(other, { uid: uid("ABCD") });
      for (const ref of ["abcd", "other#abcd", foreign.uid, "#abcd", "", "12", "abc"]) {
        expect(issueAt(db, project, ref)).rejects.toMatchObject({ code: "issue_not_found" });
      }
    },
    "refuses a deleted issue unless it is asked for, and says how to bring it back": async ({ db, given }) => {
      const project = await given.project("demo");
      const gone = await given.issue(project, { uid: uid("ABCD"), deleted_at: given.now() });
      const refusal = { code: "issue_not_found", hint: expect.stringContaining("kata restore demo#abcd") };
      expect(issueAt(db, project, "abcd")).rejects.toMatchObject(refusal);
      expect(await issueAt(db, project, "abcd", { deleted: true })).toEqual(gone);
    },
    "takes a unique start for reads only": async ({ db, given }) => {
      const project = await given.project("demo");
      await given.issue(project, { uid: uid("ABCD") });
      const longer = await given.issue(project, { uid: uid("1ABCD") });
      expect(longer.short_id).toBe("1abcd");
      expect(await issueAt(db, project, "1abc", { prefix: true })).toEqual(longer);
      expect(issueAt(db, project, "1abc")).rejects.toMatchObject({ code: "issue_not_found" });
    },
  },
  findIssueAt: {
    "finds a deleted issue too, and nothing for what can't be a ref": async ({ db, given }) => {
      const project = await given.project("demo");
      const gone = await given.issue(project, { uid: uid("ABCD"), deleted_at: given.now() });
      expect(await findIssueAt(db, project, "demo#abcd")).toEqual(gone);
      expect(await findIssueAt(db, project, "no ref")).toBeUndefined();
    },
    "refuses a start of several ids, and names them": async ({ db, given }) => {
      const project = await given.project("demo");
      for (const end of ["BC01", "BC02", "ABC01", "ABC02"]) await given.issue(project, { uid: uid(end) });
      const refusal = { code: "prefix_ambiguous", data: { candidates: ["demo#abc01", "demo#abc02"] } };
      expect(findIssueAt(db, project, "abc0", { prefix: true })).rejects.toMatchObject(refusal);
      expect(await findIssueAt(db, project, "abc0")).toBeUndefined();
    },
  },
  insertIssue: {
    "gives row id and short id": async ({ db, given }) => {
      const project = await given.project();
      const row = {
        uid: uid("WXYZ"),
        project_id: project.id,
        title: "x",
        body: "",
        author: "ada",
        created_at: given.now(),
        updated_at: given.now(),
      };
      const { id, short_id } = await db.transact((tx) => insertIssue(tx, row));
      expect(short_id).toBe("wxyz");
      expect(await findIssue(db, id)).toMatchObject({ ...row, short_id, revision: 1, status: "open" });
    },
    "lets the database refuse an open issue that was closed, and a priority beyond 4": async ({ db, given }) => {
      const project = await given.project();
      expect(given.issue(project, { closed_reason: "done" })).rejects.toThrow("issues_open_check");
      expect(given.issue(project, { priority: 5 })).rejects.toThrow();
      expect(await issuesOf(db, { project_id: project.id })).toEqual([]);
    },
  },
  updateIssue: {
    "sets what the patch says, and the time, of one issue": async ({ db, given }) => {
      const project = await given.project();
      const [issue, other] = [await given.issue(project, { owner: "bob" }), await given.issue(project)];
      await db.transact((tx) =>
        updateIssue(tx, issue.id, { title: "New", owner: null, priority: 0, revision: 2 }, "2030-01-01T00:00:00.000Z"),
      );
      const { owner: _, ...rest } = issue;
      expect(await findIssue(db, issue.id)).toEqual({
        ...rest,
        title: "New",
        priority: 0,
        revision: 2,
        updated_at: "2030-01-01T00:00:00.000Z",
      });
      expect(await findIssue(db, other.id)).toEqual(other);
    },
    "sets the time alone": async ({ db, given }) => {
      const issue = await given.issue(await given.project());
      await db.transact((tx) => updateIssue(tx, issue.id, {}, "2030-01-01T00:00:00.000Z"));
      expect(await findIssue(db, issue.id)).toEqual({ ...issue, updated_at: "2030-01-01T00:00:00.000Z" });
    },
  },
  issuesOf: {
    "gives a project's live issues, the latest changed first": async (on) => {
      const [project, other] = [await on.given.project(), await on.given.project()];
      const { open, done, urgent } = await mixed(on, project);
      await mixed(on, other);
      expect(ids(await issuesOf(on.db, { project_id: project.id }))).toEqual([urgent.id, done.id, open.id]);
    },
    "filters by status and priority, and stops at the limit": async (on) => {
      const project = await on.given.project();
      const { open, done, urgent } = await mixed(on, project);
      const found = async (filter: object) => ids(await issuesOf(on.db, { project_id: project.id, ...filter }));
      expect(await found({ status: "closed" })).toEqual([done.id]);
      expect(await found({ status: "open", limit: 1 })).toEqual([urgent.id]);
      expect(await found({ priority: 1 })).toEqual([urgent.id]);
      expect(await found({ max_priority: 0 })).toEqual([]);
      expect(await found({ max_priority: 1 })).toEqual([urgent.id]);
      expect(await found({ limit: 9 })).toEqual([urgent.id, done.id, open.id]);
    },
    "puts the higher row id first where times are equal": async ({ db, given }) => {
      const project = await given.project();
      const at = given.now();
      const [a, b] = [await given.issue(project, { updated_at: at }), await given.issue(project, { updated_at: at })];
      expect(ids(await issuesOf(db, { project_id: project.id }))).toEqual([b.id, a.id]);
    },
  },
  issuesEverywhere: {
    "gives the live issues of active projects, the newest first": async (on) => {
      const [project, other, archived] = [await on.given.project(), await on.given.project(), await on.given.archived()];
      const a = await on.given.issue(project);
      const b = await on.given.issue(other, closed);
      await on.given.issue(archived);
      const old = await on.given.issue(project, { created_at: "2020-01-01T00:00:00.000Z" });
      expect(ids(await issuesEverywhere(on.db, {}))).toEqual([b.id, a.id, old.id]);
      expect(ids(await issuesEverywhere(on.db, { project_id: project.id, limit: 1 }))).toEqual([a.id]);
      expect(ids(await issuesEverywhere(on.db, { status: "closed" }))).toEqual([b.id]);
    },
  },
  readyIssues: {
    "leaves out what an open issue blocks, and only that": async (on) => {
      const { db, given } = on;
      const project = await given.project();
      const { open, done, gone, urgent } = await mixed(on, project);
      const [blocked, free, child] = [await given.issue(project), await given.issue(project), await given.issue(project)];
      await given.link(open, "blocks", blocked);
      await given.link(done, "blocks", free);
      await given.link(gone, "blocks", free);
      await given.link(child, "parent", open);
      expect(ids(await readyIssues(db, project.id))).toEqual([child.id, free.id, urgent.id, open.id]);
      expect(ids(await readyIssues(db, project.id, 2))).toEqual([child.id, free.id]);
    },
  },
  issuesByIds: {
    "keeps the order that is asked for, and passes over what is not there": async ({ db, given }) => {
      const project = await given.project();
      const [a, b, c] = [await given.issue(project), await given.issue(project), await given.issue(project)];
      expect(ids(await issuesByIds(db, [c.id, 99, a.id, b.id]))).toEqual([c.id, a.id, b.id]);
      expect(await issuesByIds(db, [])).toEqual([]);
    },
  },
};
