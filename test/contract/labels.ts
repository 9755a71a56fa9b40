import { expect } from "bun:test";
import { insertLabel, labelsOf } from "../../src/store/labels.ts";
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
