import { expect } from "bun:test";
import { eventsAfter } from "../../src/store/events.ts";
import { putMapping } from "../../src/store/import-mappings.ts";
import { findIssue, findIssueByShortId } from "../../src/store/issues.ts";
import { absorbProject, collidingMappings, collidingShortIds, countsOf, setShortId } from "../../src/store/merges.ts";
import { findProject } from "../../src/store/projects.ts";
import { issuesWithTitleLike, indexTitle } from "../../src/store/title-tokens.ts";
import { eventsIn } from "../events.ts";
import type { Contract } from "./contract.ts";

export const mergesContract: Contract<typeof import("../../src/store/merges.ts")> = {
  collidingMappings: {
    "names what both projects have imported": async ({ db, given }) => {
      const [source, target] = [await given.project(), await given.project()];
      for (const [project, external_id] of [
        [source, "1"],
        [target, "1"],
        [source, "2"],
      ] as const) {
        const issue = await given.issue(project);
        await db.transact((tx) =>
          putMapping(
            tx,
            { project_id: project.id, source: "beads" },
            { external_id, object_type: "issue", issue_id: issue.id },
            given.now(),
          ),
        );
      }
      expect(await db.transact((tx) => collidingMappings(tx, source.id, target.id, 9))).toEqual([
        { source: "beads", external_id: "1", object_type: "issue" },
      ]);
    },
  },
  collidingShortIds: {
    "gives the source's issues whose short id the target has, by uid": async ({ db, given }) => {
      const [source, target] = [await given.project(), await given.project()];
      const mine = await given.issue(source, { uid: "01KJKB5W00AAAAAAAAAAAAZZZZ" });
      await given.issue(target, { uid: "01KJKB5W00BBBBBBBBBBBBZZZZ" });
      await given.issue(source);
      expect(await db.transact((tx) => collidingShortIds(tx, source.id, target.id))).toEqual([
        { id: mine.id, uid: mine.uid, short_id: "zzzz" },
      ]);
    },
  },
  setShortId: {
    "changes the short id and nothing else": async ({ db, given }) => {
      const project = await given.project();
      const issue = await given.issue(project);
      const longer = issue.uid.slice(-6).toLowerCase();
      await db.transact((tx) => setShortId(tx, issue.id, longer));
      expect(await findIssueByShortId(db, project.id, longer)).toEqual({ ...issue, short_id: longer });
    },
  },
  countsOf: {
    "counts what a project would bring": async ({ db, given }) => {
      const project = await given.project();
      const issue = await given.issue(project);
      await given.event(project, "issue.updated", {}, { issue });
      expect(await db.transact((tx) => countsOf(tx, project.id))).toEqual({
        issues_moved: 1,
        aliases_moved: 0,
        events_moved: 1,
        purge_logs_moved: 0,
      });
    },
  },
  absorbProject: {
    "moves issues, words and events under the target's name, and deletes the source": async ({ db, given }) => {
      const [source, target] = [await given.project(), await given.project("kept")];
      const issue = await given.issue(source, { title: "Login fails", body: "Since Monday." });
      await given.event(source, "issue.updated", {}, { issue });
      const words = new Set(["login", "fail"]);
      await db.transact(async (tx) => {
        await indexTitle(tx, issue);
        await absorbProject(tx, source, target);
        expect((await issuesWithTitleLike(tx, target.id, words, 0.5)).map(({ id }) => id)).toEqual([issue.id]);
      });
      expect(await findProject(db, source.id)).toBeUndefined();
      expect((await findIssue(db, issue.id))?.project_uid).toBe(target.uid);
      expect(await eventsAfter(db, 0, { limit: 9 })).toMatchObject([{ project_id: target.id, project_name: "kept" }]);
    },
    "takes moves from and to the source for moves from and to the target": async ({ db, given }) => {
      const [source, target, other] = [await given.project(), await given.project(), await given.project()];
      const [came, went] = [await given.issue(source), await given.issue(other)];
      await given.event(source, "issue.updated", {}, { issue: went });
      const move = { issue_uid: "", from_project_uid: "", from_short_id: "", to_project_uid: "", to_short_id: "" };
      const fromTo = (from: string, to: string) => ({ changes: { project_uid: { from, to } } });
      await given.event(source, "issue.moved", move, { issue: came, ...fromTo(other.uid, source.uid) });
      await given.event(other, "issue.moved", move, { issue: went, ...fromTo(source.uid, other.uid) });
      await db.transact((tx) => absorbProject(tx, source, target));
      expect((await eventsIn(db)).flatMap(({ changes }) => (changes ? [changes["project_uid"]] : []))).toEqual([
        { from: other.uid, to: target.uid },
        { from: target.uid, to: other.uid },
      ]);
    },
  },
};
