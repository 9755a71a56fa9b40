import { expect } from "bun:test";
import type { Issue } from "../../src/api/shapes.ts";
import {
  ancestorIdsOf,
  childCountsOf,
  childIdsOf,
  deleteLink,
  findLink,
  findLinkById,
  findParentLink,
  insertLink,
  linkOut,
  linksOf,
  parentsOf,
  peersOf,
} from "../../src/store/links.ts";
import type { Contract, On } from "./contract.ts";

const row = (from: Issue, type: "parent" | "blocks" | "related", to: Issue) => ({
  from_issue_id: from.id,
  to_issue_id: to.id,
  type,
  author: "bob",
  created_at: "2026-03-02T00:00:00.000Z",
});

async function three({ given }: Pick<On, "given">): Promise<[Issue, Issue, Issue]> {
  const project = await given.project();
  return [await given.issue(project), await given.issue(project), await given.issue(project)];
}

export const linksContract: Contract<typeof import("../../src/store/links.ts")> = {
  linkOut: {
    "names both ends, and the project of the first": async (on) => {
      const [a, b] = await three(on);
      const id = await on.given.link(a, "blocks", b);
      const link = await findLinkById(on.db, id);
      expect(link && linkOut(link)).toEqual({
        id,
        project_id: a.project_id,
        from: { uid: a.uid, short_id: a.short_id },
        to: { uid: b.uid, short_id: b.short_id },
        type: "blocks",
        author: "ada",
        created_at: expect.any(String),
      });
    },
  },
  linksOf: {
    "gives the links at either end, oldest first, those of deleted issues too": async (on) => {
      const [a, b, c] = await three(on);
      const gone = await on.given.issue({ id: a.project_id }, { deleted_at: on.given.now() });
      const ids = [await on.given.link(b, "blocks", a), await on.given.link(a, "parent", c), await on.given.link(a, "related", gone)];
      await on.given.link(b, "blocks", c);
      expect((await linksOf(on.db, a.id)).map(({ id }) => id)).toEqual(ids);
    },
  },
  findParentLink: {
    "finds the link to the parent only": async (on) => {
      const [a, b, c] = await three(on);
      await on.given.link(b, "parent", a);
      await on.given.link(a, "blocks", c);
      expect(await findParentLink(on.db, a.id)).toBeUndefined();
      const id = await on.given.link(a, "parent", c);
      expect(await findParentLink(on.db, a.id)).toMatchObject({ id, to_id: c.id, to_short_id: c.short_id, to_uid: c.uid });
    },
  },
  findLink: {
    "finds a link by its ends and type": async (on) => {
      const [a, b] = await three(on);
      const id = await on.given.link(a, "blocks", b);
      expect(await findLink(on.db, a.id, b.id, "blocks")).toMatchObject({ id, from_id: a.id, to_id: b.id });
      expect(await findLink(on.db, b.id, a.id, "blocks")).toBeUndefined();
      expect(await findLink(on.db, a.id, b.id, "parent")).toBeUndefined();
    },
    "finds `related` from both sides": async (on) => {
      const [a, b] = await three(on);
      const id = await on.given.link(b, "related", a);
      expect(await findLink(on.db, a.id, b.id, "related")).toMatchObject({ id });
      expect(await findLink(on.db, b.id, a.id, "related")).toMatchObject({ id });
    },
  },
  ancestorIdsOf: {
    "gives the parent, its parent, and so on": async (on) => {
      const [a, b, c] = await three(on);
      await on.given.link(a, "parent", b);
      await on.given.link(b, "parent", c);
      expect((await ancestorIdsOf(on.db, a.id)).sort((x, y) => x - y)).toEqual([b.id, c.id]);
      expect(await ancestorIdsOf(on.db, c.id)).toEqual([]);
    },
    "ends where parents form a circle": async (on) => {
      const [a, b] = await three(on);
      await on.given.link(a, "parent", b);
      await on.given.link(b, "parent", a);
      expect((await ancestorIdsOf(on.db, a.id)).sort((x, y) => x - y)).toEqual([a.id, b.id]);
    },
  },
  findLinkById: {
    "finds a link, and gives undefined where there is none": async (on) => {
      const [a, b] = await three(on);
      const id = await on.given.link(a, "parent", b);
      expect(await findLinkById(on.db, id)).toMatchObject({ id, type: "parent", from_uid: a.uid, to_uid: b.uid });
      expect(await findLinkById(on.db, id + 1)).toBeUndefined();
    },
  },
  insertLink: {
    "gives undefined when the link is there, `related` from either side": async ({ db, given }) => {
      const [a, b] = await three({ given });
      for (const [from, type, to] of [
        [a, "blocks", b],
        [b, "related", a],
      ] as const) {
        expect(await db.transact((tx) => insertLink(tx, row(from, type, to)))).toBeNumber();
        expect(await db.transact((tx) => insertLink(tx, row(from, type, to)))).toBeUndefined();
      }
      expect(await db.transact((tx) => insertLink(tx, row(a, "related", b)))).toBeUndefined();
      expect(await db.transact((tx) => insertLink(tx, row(b, "blocks", a)))).toBeNumber();
    },
    "lets the database refuse a second parent, and a link to itself": async ({ db, given }) => {
      const [a, b, c] = await three({ given });
      await given.link(a, "parent", b);
      expect(db.transact((tx) => insertLink(tx, row(a, "parent", c)))).rejects.toThrow(/links_one_parent_key|links_from_issue_id/);
      expect(db.transact((tx) => insertLink(tx, row(a, "blocks", a)))).rejects.toThrow("links_ends_check");
    },
  },
  deleteLink: {
    "deletes that link alone": async ({ db, given }) => {
      const [a, b] = await three({ given });
      const [id, other] = [await given.link(a, "parent", b), await given.link(a, "blocks", b)];
      await db.transact((tx) => deleteLink(tx, id));
      expect((await linksOf(db, a.id)).map((link) => link.id)).toEqual([other]);
    },
  },
  peersOf: {
    "names live peers from each issue's side, by row id": async ({ db, given }) => {
      const [a, b, c] = await three({ given });
      const gone = await given.issue({ id: a.project_id }, { deleted_at: given.now() });
      await given.link(a, "related", c);
      await given.link(a, "blocks", b);
      await given.link(a, "blocks", gone);
      await given.link(a, "parent", c);
      const peer = ({ uid, short_id }: Issue) => ({ uid, short_id });
      expect(await peersOf(db, [a.id])).toEqual([
        { issue_id: a.id, role: "blocks", ...peer(b) },
        { issue_id: a.id, role: "related", ...peer(c) },
      ]);
      expect(await peersOf(db, [b.id])).toEqual([{ issue_id: b.id, role: "blocked_by", ...peer(a) }]);
      expect(await peersOf(db, [c.id])).toEqual([{ issue_id: c.id, role: "related", ...peer(a) }]);
      expect(await peersOf(db, [])).toEqual([]);
    },
  },
  parentsOf: {
    "gives the parents' short ids, deleted ones too": async ({ db, given }) => {
      const [a, b, c] = await three({ given });
      const gone = await given.issue({ id: a.project_id }, { deleted_at: given.now() });
      await given.link(a, "parent", gone);
      await given.link(b, "parent", c);
      const found = await parentsOf(db, [a.id, b.id, c.id]);
      expect(found.sort((x, y) => x.issue_id - y.issue_id)).toEqual([
        { issue_id: a.id, short_id: gone.short_id },
        { issue_id: b.id, short_id: c.short_id },
      ]);
    },
  },
  childCountsOf: {
    "counts live children, open and in all": async ({ db, given }) => {
      const [parent, open, childless] = await three({ given });
      const closed = await given.issue({ id: parent.project_id }, { status: "closed", closed_at: given.now(), closed_reason: "done" });
      const gone = await given.issue({ id: parent.project_id }, { deleted_at: given.now() });
      for (const child of [open, closed, gone]) await given.link(child, "parent", parent);
      expect(await childCountsOf(db, [parent.id, childless.id])).toEqual([{ issue_id: parent.id, open: 1, total: 2 }]);
    },
  },
  childIdsOf: {
    "gives the live children, the latest changed first": async ({ db, given }) => {
      const [parent, a, b] = await three({ given });
      const late = await given.issue({ id: parent.project_id }, { updated_at: "2030-01-01T00:00:00.000Z" });
      const gone = await given.issue({ id: parent.project_id }, { deleted_at: given.now() });
      for (const child of [late, a, gone, b]) await given.link(child, "parent", parent);
      expect(await childIdsOf(db, parent.id)).toEqual([late.id, b.id, a.id]);
    },
  },
};
