import { expect } from "bun:test";
import { KataError } from "../../src/core/error.ts";
import { aliasesOf, putAlias } from "../../src/store/aliases.ts";
import {
  archiveProject,
  countOpenIssues,
  findProject,
  findProjectByUid,
  findProjectNamed,
  insertProject,
  nameTaken,
  projectAt,
  projectsOf,
  projectStats,
  renameProject,
  setProjectMetadata,
  systemProject,
} from "../../src/store/projects.ts";
import { sql } from "../../src/store/sql.ts";
import type { Contract } from "./contract.ts";

export const projectsContract: Contract<typeof import("../../src/store/projects.ts")> = {
  findProject: {
    "finds a project by id, an archived one too": async ({ db, given }) => {
      const [live, archived] = [await given.project("a"), await given.archived("b")];
      expect(await findProject(db, live.id)).toEqual(live);
      expect(await findProject(db, archived.id)).toEqual(archived);
      expect(archived).toHaveProperty("deleted_at");
    },
    "never finds the system project": async ({ db }) => expect(await findProject(db, 0)).toBeUndefined(),
    "takes every integer that a double holds": async ({ db }) => expect(await findProject(db, Number.MAX_SAFE_INTEGER)).toBeUndefined(),
  },
  findProjectNamed: {
    "finds the exact name only": async ({ db, given }) => {
      const project = await given.project("Über uns");
      expect(await findProjectNamed(db, "Über uns")).toEqual(project);
      expect(await findProjectNamed(db, "über uns")).toBeUndefined();
      expect(await findProjectNamed(db, "#system")).toBeUndefined();
    },
  },
  findProjectByUid: {
    "finds a project, an archived one too": async ({ db, given }) => {
      const [live, archived] = [await given.project(), await given.archived()];
      expect(await findProjectByUid(db, live.uid)).toEqual(live);
      expect(await findProjectByUid(db, archived.uid)).toEqual(archived);
      expect(await findProjectByUid(db, given.ulid())).toBeUndefined();
    },
  },
  projectAt: {
    "gives the active project": async ({ db, given }) => {
      const project = await given.project();
      expect(await projectAt(db, project.id)).toEqual(project);
    },
    "refuses an archived project, one that is not there, and the hidden one": async ({ db, given }) => {
      const archived = await given.archived("old");
      expect(projectAt(db, archived.id)).rejects.toMatchObject({ code: "project_not_found", message: expect.stringContaining("old") });
      for (const id of [0, -1, 99]) expect(projectAt(db, id)).rejects.toMatchObject({ code: "project_not_found" });
    },
  },
  systemProject: {
    "is the hidden project, which has a uid as others have": async ({ db }) => {
      expect(await systemProject(db)).toEqual({ id: 0, uid: expect.stringMatching(/^[0-9A-Z]{26}$/), name: "#system" });
    },
  },
  projectsOf: {
    "gives the active projects, oldest first": async ({ db, given }) => {
      const [b, , a] = [await given.project("b"), await given.archived("x"), await given.project("a")];
      expect(await projectsOf(db)).toEqual([b, a]);
    },
    "gives none on a new database": async ({ db }) => expect(await projectsOf(db)).toEqual([]),
  },
  insertProject: {
    "gives the project that it added": async ({ db, given }) => {
      const row = { uid: given.ulid(), name: "demo", created_at: given.now() };
      const project = await db.transact((tx) => insertProject(tx, row));
      expect(project).toEqual({ ...row, id: expect.any(Number), metadata: {}, revision: 1 });
      expect(await findProject(db, project.id)).toEqual(project);
    },
    "refuses a name that is taken, an archived project's too": async ({ db, given }) => {
      await given.archived("demo");
      const row = { uid: given.ulid(), name: "demo", created_at: given.now() };
      const inserting = db.transact((tx) => insertProject(tx, row));
      expect(inserting).rejects.toMatchObject({ code: "conflict", message: expect.stringContaining('"demo"') });
    },
    "lets the database refuse what no name may be": async ({ db, given }) => {
      for (const name of ["", "a#b"]) {
        const inserting = db.transact((tx) => insertProject(tx, { uid: given.ulid(), name, created_at: given.now() }));
        expect(inserting).rejects.toMatchObject({ constraint: "projects_name_check" });
      }
    },
  },
  projectStats: {
    "counts live issues by status, and knows the last event": async ({ db, given }) => {
      const [project, empty] = [await given.project(), await given.project()];
      const issue = await given.issue(project);
      await given.issue(project, { status: "closed" });
      await given.issue(project, { deleted_at: given.now() });
      const { created_at } = await given.event(project, "issue.updated", {}, { issue });
      expect(await projectStats(db)).toEqual([
        { project_id: project.id, open: 1, closed: 1, last_event_at: created_at },
        { project_id: empty.id, open: 0, closed: 0, last_event_at: null },
      ]);
    },
  },
  renameProject: {
    "changes the name alone, and refuses one that is taken": async ({ db, given }) => {
      const [project, other] = [await given.project("a"), await given.project("b")];
      await db.transact((tx) => renameProject(tx, project.id, "c"));
      expect(await findProject(db, project.id)).toEqual({ ...project, name: "c" });
      expect(db.transact((tx) => renameProject(tx, other.id, "c"))).rejects.toMatchObject({ code: "conflict" });
    },
  },
  archiveProject: {
    "hides the project and forgets its aliases": async ({ db, given }) => {
      const project = await given.project();
      const at = given.now();
      const row = { project_id: project.id, alias_identity: "local:///a", alias_kind: "local", root_path: "/a", created_at: at };
      await db.transact(async (tx) => {
        await putAlias(tx, row);
        await archiveProject(tx, project.id, at);
      });
      expect(await findProject(db, project.id)).toEqual({ ...project, deleted_at: at });
      expect(await aliasesOf(db, project.id)).toEqual([]);
    },
  },
  countOpenIssues: {
    "leaves out closed and deleted ones": async ({ db, given }) => {
      const project = await given.project();
      await given.issue(project);
      await given.issue(project, { status: "closed" });
      await given.issue(project, { deleted_at: given.now() });
      expect(await countOpenIssues(db, project.id)).toBe(1);
    },
  },
  setProjectMetadata: {
    "replaces metadata and revision": async ({ db, given }) => {
      const { id } = await given.project();
      await db.transact((tx) => setProjectMetadata(tx, id, '{"area":"Home"}', 2));
      expect(await findProject(db, id)).toMatchObject({ metadata: { area: "Home" }, revision: 2 });
      const exact = '{"constructor":12345678901234567890,"v":1.0}';
      await db.transact((tx) => setProjectMetadata(tx, id, exact, 3));
      expect(JSON.stringify((await findProject(db, id))?.metadata)).toBe(exact);
    },
  },
  nameTaken: {
    "leaves every other error as it is": async ({ db, given }) => {
      const { uid } = await given.project("a");
      const broken: unknown = await db
        .transact((tx) => tx.run(sql`INSERT INTO projects (uid, name, created_at) VALUES (${uid}, ${"b"}, ${given.now()})`))
        .catch((error: unknown) => error);
      expect(broken).toMatchObject({ constraint: "projects_uid_key" });
      expect(nameTaken(broken, "b")).toBe(broken);
      expect(nameTaken(broken, "b")).not.toBeInstanceOf(KataError);
    },
  },
};
