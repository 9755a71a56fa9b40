import { expect } from "bun:test";
import { aliasesOf, deleteAlias, findAlias, findAliasById, findLatestAlias, putAlias } from "../../src/store/aliases.ts";
import type { Contract, On } from "./contract.ts";

async function put({ db, given }: On, project: { id: number }, alias_identity: string, root_path = "/src/demo") {
  const row = { project_id: project.id, alias_identity, alias_kind: "git", root_path, created_at: given.now() };
  return db.transact((tx) => putAlias(tx, row));
}

export const aliasesContract: Contract<typeof import("../../src/store/aliases.ts")> = {
  findAlias: {
    "finds the exact identity only": async (on) => {
      const alias = await put(on, await on.given.project(), "github.com/ada/demo");
      expect(await findAlias(on.db, "github.com/ada/demo")).toEqual(alias);
      expect(await findAlias(on.db, "github.com/Ada/demo")).toBeUndefined();
    },
  },
  aliasesOf: {
    "gives a project's aliases, oldest first": async (on) => {
      const [project, other] = [await on.given.project(), await on.given.project()];
      const [b, , a] = [await put(on, project, "b"), await put(on, other, "c"), await put(on, project, "a")];
      expect(await aliasesOf(on.db, project.id)).toEqual([b, a]);
    },
    "gives none for a project without": async ({ db, given }) => expect(await aliasesOf(db, (await given.project()).id)).toEqual([]),
  },
  findLatestAlias: {
    "finds the alias that was seen last, of its own project": async (on) => {
      const [project, other] = [await on.given.project(), await on.given.project()];
      expect(await findLatestAlias(on.db, project.id)).toBeUndefined();
      const [a, b] = [await put(on, project, "a"), await put(on, project, "b")];
      await put(on, other, "c");
      expect(await findLatestAlias(on.db, project.id)).toEqual(b);
      expect((await findLatestAlias(on.db, (await put(on, project, "a")).project_id))?.id).toBe(a.id);
    },
  },
  putAlias: {
    "adds an alias, seen when it was made": async (on) => {
      const project = await on.given.project();
      const alias = await put(on, project, "github.com/ada/demo");
      expect(alias).toMatchObject({ project_id: project.id, alias_identity: "github.com/ada/demo", alias_kind: "git" });
      expect(alias.last_seen_at).toBe(alias.created_at);
    },
    "moves an alias that is there to the project, and keeps its id and birth": async (on) => {
      const [project, other] = [await on.given.project(), await on.given.project()];
      const before = await put(on, project, "github.com/ada/demo");
      const after = await put(on, other, "github.com/ada/demo", "/home/demo");
      expect(after).toEqual({ ...before, project_id: other.id, root_path: "/home/demo", last_seen_at: expect.any(String) });
      expect(after.last_seen_at > before.last_seen_at).toBe(true);
      expect(await aliasesOf(on.db, project.id)).toEqual([]);
    },
  },
  findAliasById: {
    "finds an alias of its own project alone": async ({ db, given }) => {
      const [project, other] = [await given.project(), await given.project()];
      const row = { alias_identity: "github.com/acme/x", alias_kind: "git", root_path: "/x", created_at: given.now() };
      const alias = await db.transact((tx) => putAlias(tx, { ...row, project_id: project.id }));
      expect(await findAliasById(db, project.id, alias.id)).toEqual(alias);
      expect(await findAliasById(db, other.id, alias.id)).toBeUndefined();
    },
  },
  deleteAlias: {
    "forgets one alias": async ({ db, given }) => {
      const project = await given.project();
      const row = { project_id: project.id, alias_kind: "local", root_path: "/x", created_at: given.now() };
      const [a, b] = [
        await db.transact((tx) => putAlias(tx, { ...row, alias_identity: "local:///a" })),
        await db.transact((tx) => putAlias(tx, { ...row, alias_identity: "local:///b" })),
      ];
      await db.transact((tx) => deleteAlias(tx, a.id));
      expect(await aliasesOf(db, project.id)).toEqual([b]);
    },
  },
};
