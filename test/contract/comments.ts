import { expect } from "bun:test";
import { commentsOf, commentsOfAll, findComment, insertComment } from "../../src/store/comments.ts";
import type { Contract } from "./contract.ts";

export const commentsContract: Contract<typeof import("../../src/store/comments.ts")> = {
  insertComment: {
    "gives the comment that it added": async ({ db, given }) => {
      const issue = await given.issue(await given.project());
      const row = { uid: given.ulid(), issue_id: issue.id, author: "bob", body: "Line 1\nLine 2 — ü 🙂", created_at: given.now() };
      const comment = await db.transact((tx) => insertComment(tx, row));
      expect(comment).toEqual({ ...row, id: expect.any(Number) });
      expect(await commentsOf(db, issue.id)).toEqual([comment]);
    },
    "refuses an issue that is not there": async ({ db, given }) => {
      const row = { uid: given.ulid(), issue_id: 99, author: "bob", body: "x", created_at: given.now() };
      expect(db.transact((tx) => insertComment(tx, row))).rejects.toThrow();
    },
  },
  commentsOf: {
    "gives an issue's comments, oldest first": async ({ db, given }) => {
      const project = await given.project();
      const [issue, other] = [await given.issue(project), await given.issue(project)];
      const [first, , second] = [await given.comment(issue, "1"), await given.comment(other, "2"), await given.comment(issue, "3")];
      expect(await commentsOf(db, issue.id)).toEqual([first, second]);
    },
    "gives none for an issue without": async ({ db, given }) =>
      expect(await commentsOf(db, (await given.issue(await given.project())).id)).toEqual([]),
  },
  commentsOfAll: {
    "gives the comments of some issues, by issue, oldest first": async ({ db, given }) => {
      const project = await given.project();
      const [one, two, other] = [await given.issue(project), await given.issue(project), await given.issue(project)];
      const [b, a, , c] = [
        await given.comment(two, "b"),
        await given.comment(one, "a"),
        await given.comment(other, "x"),
        await given.comment(two, "c"),
      ];
      expect(await commentsOfAll(db, [two.id, one.id])).toEqual([a, b, c]);
      expect(await commentsOfAll(db, [])).toEqual([]);
    },
  },
  findComment: {
    "finds the comment of this id alone": async ({ db, given }) => {
      const issue = await given.issue(await given.project());
      const [first, second] = [await given.comment(issue, "1"), await given.comment(issue, "2")];
      expect(await findComment(db, second.id)).toEqual(second);
      expect(await findComment(db, first.id)).toEqual(first);
      expect(await findComment(db, 99)).toBeUndefined();
    },
  },
};
