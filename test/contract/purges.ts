import { expect } from "bun:test";
import { commentsOf } from "../../src/store/comments.ts";
import { eventsAfter, resetAfter } from "../../src/store/events.ts";
import { findIssue } from "../../src/store/issues.ts";
import { freeShortId } from "../../src/store/short-ids.ts";
import { eraseIssue, insertPurge, type NewPurge, reserveEventId, tracesOf } from "../../src/store/purges.ts";
import type { Contract, On } from "./contract.ts";

/** An issue with a comment, a label, links to another and three events, of which one is told about the other. */
async function busy({ given }: On) {
  const project = await given.project();
  const [issue, peer] = [await given.issue(project), await given.issue(project)];
  await given.comment(issue);
  await given.label(issue, "bug");
  await given.link(issue, "blocks", peer);
  const created = await given.event(project, "issue.created", {}, { issue });
  const changed = await given.event(project, "issue.links_changed", {}, { issue: peer, related: issue });
  const linked = await given.event(project, "issue.linked", {} as never, { issue: peer, related: issue });
  return { project, issue, peer, created, changed, linked };
}

export const purgesContract: Contract<typeof import("../../src/store/purges.ts")> = {
  tracesOf: {
    "counts what hangs on an issue, and the events that will go": async (on) => {
      const { issue, created, linked } = await busy(on);
      const counts = { comment_count: 1, label_count: 1, link_count: 1, event_count: 2 };
      expect(await tracesOf(on.db, issue.id)).toEqual({ ...counts, first_event: created.id, last_event: linked.id });
    },
  },
  eraseIssue: {
    "takes all of it away, and leaves the peer and its own events": async (on) => {
      const { issue, peer, changed } = await busy(on);
      await on.db.transact((tx) => eraseIssue(tx, issue.id));
      expect(await findIssue(on.db, issue.id)).toBeUndefined();
      expect(await findIssue(on.db, peer.id)).toBeDefined();
      expect(await commentsOf(on.db, issue.id)).toEqual([]);
      const left = await eventsAfter(on.db, 0, { limit: 10 });
      expect(left.map(({ id, related_issue_id, related_issue_uid }) => [id, related_issue_id, related_issue_uid])).toEqual([
        [changed.id, null, null],
      ]);
    },
  },
  reserveEventId: {
    "takes an id that is above every event and that no event gets": async ({ db, given }) => {
      const project = await given.project();
      const before = await given.event(project, "issue.updated", {});
      const reserved = await db.transact((tx) => reserveEventId(tx));
      const after = await given.event(project, "issue.updated", {});
      expect(reserved).toBeGreaterThan(before.id);
      expect(after.id).toBeGreaterThan(reserved);
    },
  },
  insertPurge: {
    "leaves a tombstone of the short id and a reset for older cursors": async (on) => {
      const { project, issue } = await busy(on);
      const row: NewPurge = {
        uid: on.given.ulid(),
        origin_instance_uid: "x",
        project_id: project.id,
        purged_issue_id: issue.id,
        issue_uid: issue.uid,
        project_uid: project.uid,
        project_name: project.name,
        short_id: issue.short_id,
        issue_title: issue.title,
        issue_author: issue.author,
        comment_count: 0,
        link_count: 0,
        label_count: 0,
        event_count: 1,
        events_deleted_min_id: null,
        events_deleted_max_id: null,
        purge_reset_after_event_id: 50,
        actor: "ada",
        reason: null,
        purged_at: on.given.now(),
      };
      await on.db.transact(async (tx) => {
        await eraseIssue(tx, issue.id);
        expect(await insertPurge(tx, row)).toBeGreaterThan(0);
        expect(await freeShortId(tx, project.id, issue.uid)).toHaveLength(5);
      });
      expect(await resetAfter(on.db, 49, project.id)).toBe(50);
      expect(await resetAfter(on.db, 50, project.id)).toBeUndefined();
    },
  },
};
