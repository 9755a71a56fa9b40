import { expect } from "bun:test";
import { deleteLabel, findLabel, insertLabel, labelCountsOf, labelsOf } from "../../src/store/labels.ts";
import type { Contract } from "./contract.ts";

export const labelsContract: Contract<typeof import("../../src/store/labels.ts")> = {
  insertLabel: {
    "gives the label that it added": async ({ db, given }) => {
      const issue = await given.issue(await given.project());
      const row = { issue_id: issue.id, label: "bug", author: "bob", created_at: given.now() };
      expect(await db.transact((tx) => insertLabel(tx, row))).toEqual(row);
      expect(await labelsOf(db, [issue.id])).toEqual([row]);
    },
    "gives undefined, and leaves the label as it is, when the issue has it": async ({ db, given }) => {
      const issue = await given.issue(await given.project());
      await given.label(issue, "bug");
      const before = await labelsOf(db, [issue.id]);
      const again = { issue_id: issue.id, label: "bug", author: "bob", created_at: given.now() };
      expect(await db.transact((tx) => insertLabel(tx, again))).toBeUndefined();
      expect(await labelsOf(db, [issue.id])).toEqual(before);
    },
  },
  findLabel: {
    "gives the label that the issue has, and no other's": async ({ db, given }) => {
      const project = await given.project();
      const [issue, other] = [await given.issue(project), await given.issue(project)];
      await given.label(issue, "bug", "ui");
      expect(await findLabel(db, issue.id, "bug")).toMatchObject({ issue_id: issue.id, label: "bug" });
      expect(await findLabel(db, issue.id, "bu")).toBeUndefined();
      expect(await findLabel(db, other.id, "bug")).toBeUndefined();
    },
  },
  deleteLabel: {
    "takes off one label of one issue, and says whether it was there": async ({ db, given }) => {
      const project = await given.project();
      const [issue, other] = [await given.issue(project), await given.issue(project)];
      await given.label(issue, "bug", "ui");
      await given.label(other, "bug");
      expect(await db.transact((tx) => deleteLabel(tx, issue.id, "bug"))).toBe(true);
      expect(await db.transact((tx) => deleteLabel(tx, issue.id, "bug"))).toBe(false);
      const left = await labelsOf(db, [issue.id, other.id]);
      expect(left.map(({ issue_id, label }) => [issue_id, label])).toEqual([
        [issue.id, "ui"],
        [other.id, "bug"],
      ]);
    },
  },
  labelCountsOf: {
    "counts live issues of the project, open and closed, the most used label first, then by name": async ({ db, given }) => {
      const project = await given.project();
      const closed = await given.issue(project, { status: "closed", closed_reason: "done", closed_at: given.now() });
      const gone = await given.issue(project, { deleted_at: given.now() });
      await given.label(await given.issue(project), "zeta", "a:b");
      await given.label(closed, "zeta", "a-b");
      await given.label(gone, "zeta", "gone");
      await given.label(await given.issue(await given.project()), "zeta");
      expect(await labelCountsOf(db, project.id)).toEqual([
        { label: "zeta", count: 2 },
        { label: "a-b", count: 1 },
        { label: "a:b", count: 1 },
      ]);
    },
    "gives none where no issue has a label": async ({ db, given }) => {
      const project = await given.project();
      await given.issue(project);
      expect(await labelCountsOf(db, project.id)).toEqual([]);
    },
  },
  labelsOf: {
    "gives the labels of all issues that are asked for, by issue and name": async ({ db, given }) => {
      const project = await given.project();
      const [a, b, other] = [await given.issue(project), await given.issue(project), await given.issue(project)];
      await given.label(b, "ui", "bug", "a:b", "a-b");
      await given.label(a, "zoo");
      await given.label(other, "bug");
      const found = await labelsOf(db, [b.id, a.id]);
      expect(found.map(({ issue_id, label }) => [issue_id, label])).toEqual([
        [a.id, "zoo"],
        [b.id, "a-b"],
        [b.id, "a:b"],
        [b.id, "bug"],
        [b.id, "ui"],
      ]);
    },
    "gives none for no issues": async ({ db, given }) => {
      await given.label(await given.issue(await given.project()), "bug");
      expect(await labelsOf(db, [])).toEqual([]);
    },
  },
};
