import { expect } from "bun:test";
import type { StoredEvent } from "../../src/core/event.ts";
import { one } from "../../src/store/db.ts";
import {
  appendEvent,
  countEventsAfter,
  countEventsOfTypesAfter,
  eventsAfter,
  eventsBetween,
  eventTypesAfter,
  findCreation,
  findEvent,
  lastEventId,
  resetAfter,
  selectEvents,
} from "../../src/store/events.ts";
import { updateIssue } from "../../src/store/issues.ts";
import { sql } from "../../src/store/sql.ts";
import type { Contract, On } from "./contract.ts";
import { INSTANCE } from "./given.ts";

const ids = (events: readonly StoredEvent[]) => events.map(({ id }) => id);
const SYSTEM = { id: 0, uid: "", name: "#system" };

async function purged({ db, given }: On, project: { id: number; name: string }, resetAt: number | null): Promise<void> {
  await db.transact((tx) =>
    tx.run(sql`
      INSERT INTO purge_log (uid, origin_instance_uid, project_id, purged_issue_id, project_name, issue_title, issue_author,
        comment_count, link_count, label_count, event_count, purge_reset_after_event_id, actor, purged_at)
      VALUES (${given.ulid()}, ${INSTANCE}, ${project.id}, 7, ${project.name}, 'x', 'x', 0, 0, 0, 0, ${resetAt}, 'x', ${given.now()})`),
  );
}

export const eventsContract: Contract<typeof import("../../src/store/events.ts")> = {
  appendEvent: {
    "gives the event as it is read later": async ({ db, given }) => {
      const project = await given.project("demo");
      const [issue, related] = [await given.issue(project), await given.issue(project)];
      const payload = { labels: ['a"b\nc', "ü 🙂"] };
      const event = await given.event(project, "issue.created", payload, { issue, related });
      expect(event).toEqual({
        id: expect.any(Number),
        uid: expect.any(String),
        origin_instance_uid: INSTANCE,
        project_id: project.id,
        project_uid: project.uid,
        project_name: "demo",
        issue_id: issue.id,
        issue_uid: issue.uid,
        issue_short_id: issue.short_id,
        related_issue_id: related.id,
        related_issue_uid: related.uid,
        related_issue_short_id: related.short_id,
        type: "issue.created",
        actor: "ada",
        payload: JSON.stringify(payload),
        created_at: expect.any(String),
      });
      expect(await eventsAfter(db, 0, { limit: 9 })).toEqual([event]);
    },
    "keeps what was changed beside the event, and nothing where nothing was": async ({ db, given }) => {
      const project = await given.project();
      const changes = { title: { from: "a", to: "b" } };
      const { id } = await given.event(project, "issue.updated", {}, { changes });
      const bare = await given.event(project, "issue.updated", {}, { changes: {} });
      const kept = (of: number) => one<{ changes: string | null }>(db, sql`SELECT changes FROM events WHERE id = ${of}`);
      expect(JSON.parse((await kept(id))?.changes ?? "")).toEqual(changes);
      expect(await kept(bare.id)).toEqual({ changes: null });
    },
    "numbers events in the order of their changes, though many are written at once": async ({ db, given }) => {
      const project = await given.project();
      const written: number[] = [];
      await Promise.all(
        Array.from({ length: 40 }, async (_, i) => {
          const stamp = { uid: given.ulid(), origin_instance_uid: INSTANCE, created_at: given.now() };
          const event = { type: "issue.updated", project, actor: `a${i}`, payload: {} } as const;
          written.push((await db.transact((tx) => appendEvent(tx, event, stamp))).id);
        }),
      );
      expect(written).toEqual(written.toSorted((a, b) => a - b));
      expect(ids(await eventsAfter(db, 0, { limit: 99 }))).toEqual(written);
    },
    "takes its id back with a change that fails, and shows the event to nobody": async ({ db, given }) => {
      const project = await given.project();
      const stamp = { uid: given.ulid(), origin_instance_uid: INSTANCE, created_at: given.now() };
      const failing = db.transact(async (tx) => {
        await appendEvent(tx, { type: "issue.updated", project, actor: "ada", payload: {} }, stamp);
        throw new Error("no");
      });
      expect(failing).rejects.toThrow("no");
      await failing.catch(() => {});
      expect(await eventsAfter(db, 0, { limit: 9 })).toEqual([]);
    },
  },
  selectEvents: {
    "gives events under a condition, in either order, up to a limit": async ({ db, given }) => {
      const project = await given.project();
      const [a, b, c] = [
        await given.event(project, "issue.updated", {}),
        await given.event(project, "issue.closed", { reason: "done", parent_uid: "", parent_short_id: "" }),
        await given.event(project, "issue.updated", {}),
      ];
      const updated = sql`events.type = 'issue.updated'`;
      expect(ids(await selectEvents(db, updated, "DESC"))).toEqual([c.id, a.id]);
      expect(ids(await selectEvents(db, sql`1 = 1`, "ASC", 2))).toEqual([a.id, b.id]);
    },
    "names subjects by their present short ids": async ({ db, given }) => {
      const project = await given.project();
      const issue = await given.issue(project);
      await given.event(project, "issue.updated", {}, { issue });
      await db.transact((tx) => updateIssue(tx, issue.id, { short_id: "zzzzz" }, given.now()));
      expect(await selectEvents(db, sql`1 = 1`, "ASC")).toMatchObject([{ issue_uid: issue.uid, issue_short_id: "zzzzz" }]);
    },
    "hides the system project's events": async ({ db, given }) => {
      await given.event({ ...(await given.project()), ...SYSTEM }, "issue.updated", {});
      expect(await selectEvents(db, sql`1 = 1`, "ASC")).toEqual([]);
    },
  },
  eventsAfter: {
    "gives what comes after the cursor, of one project or of all": async ({ db, given }) => {
      const [project, other] = [await given.project(), await given.project()];
      const a = await given.event(project, "issue.updated", {});
      const b = await given.event(other, "issue.updated", {});
      const c = await given.event(project, "issue.updated", {});
      expect(ids(await eventsAfter(db, 0, { limit: 2 }))).toEqual([a.id, b.id]);
      expect(ids(await eventsAfter(db, a.id, { limit: 9 }))).toEqual([b.id, c.id]);
      expect(ids(await eventsAfter(db, 0, { project_id: project.id, limit: 9 }))).toEqual([a.id, c.id]);
      expect(await eventsAfter(db, c.id, { limit: 9 })).toEqual([]);
      expect(await eventsAfter(db, Number.MAX_SAFE_INTEGER, { limit: Number.MAX_SAFE_INTEGER })).toEqual([]);
    },
  },
  findEvent: {
    "finds the event of this id, unless it is hidden": async ({ db, given }) => {
      const project = await given.project();
      const [a, b] = [await given.event(project, "issue.updated", {}), await given.event(project, "issue.reopened", {})];
      const hidden = await given.event({ ...project, ...SYSTEM }, "issue.updated", {});
      expect([await findEvent(db, a.id), await findEvent(db, b.id)]).toEqual([a, b]);
      expect([await findEvent(db, hidden.id), await findEvent(db, 99)]).toEqual([undefined, undefined]);
    },
  },
  eventTypesAfter: {
    "gives id and type of what comes after the cursor, oldest first, and nothing hidden": async ({ db, given }) => {
      const [project, other] = [await given.project(), await given.project()];
      const a = await given.event(project, "issue.updated", {});
      await given.event({ ...project, ...SYSTEM }, "issue.updated", {});
      const b = await given.event(other, "issue.reopened", {});
      const c = await given.event(project, "issue.updated", {});
      const [first, second, third] = [a, b, c].map(({ id, type }) => ({ id, type }));
      expect(await eventTypesAfter(db, 0, 9)).toEqual([first, second, third] as { id: number; type: string }[]);
      expect(await eventTypesAfter(db, a.id, 1)).toEqual([second] as { id: number; type: string }[]);
      expect(await eventTypesAfter(db, c.id, 9)).toEqual([]);
    },
  },
  countEventsOfTypesAfter: {
    "counts those of some types up to its limit, and nothing hidden": async ({ db, given }) => {
      const [project, other] = [await given.project(), await given.project()];
      const first = await given.event(project, "issue.updated", {});
      await given.event({ ...project, ...SYSTEM }, "issue.updated", {});
      for (const type of ["issue.updated", "issue.reopened", "issue.restored"] as const) await given.event(other, type, {});
      const types = ["issue.updated", "issue.restored"];
      expect(await countEventsOfTypesAfter(db, 0, types, 99)).toBe(3);
      expect(await countEventsOfTypesAfter(db, 0, types, 2)).toBe(2);
      expect(await countEventsOfTypesAfter(db, first.id, types, 99)).toBe(2);
      expect(await countEventsOfTypesAfter(db, 0, [], 99)).toBe(0);
    },
  },
  eventsBetween: {
    "gives a window with both of its ends, of one project or of all": async ({ db, given }) => {
      const [project, other] = [await given.project(), await given.project()];
      const at = (second: number) => `2026-04-01T00:00:0${second}.000Z`;
      const made = [];
      for (const [i, of] of [project, other, project, project].entries())
        made.push(await given.event(of, "issue.updated", {}, { created_at: at(i) }));
      const [, b, c] = made;
      expect(ids(await eventsBetween(db, { since: at(1), until: at(2) }))).toEqual([b?.id ?? 0, c?.id ?? 0]);
      expect(ids(await eventsBetween(db, { since: at(1), until: at(2), project_id: project.id }))).toEqual([c?.id ?? 0]);
    },
  },
  countEventsAfter: {
    "counts up to its limit": async ({ db, given }) => {
      const [project, other] = [await given.project(), await given.project()];
      const first = await given.event(project, "issue.updated", {});
      for (const of of [project, other, project]) await given.event(of, "issue.updated", {});
      expect(await countEventsAfter(db, 0, { limit: 99 })).toBe(4);
      expect(await countEventsAfter(db, 0, { limit: 2 })).toBe(2);
      expect(await countEventsAfter(db, first.id, { project_id: project.id, limit: 99 })).toBe(2);
      expect(await countEventsAfter(db, 99, { limit: 99 })).toBe(0);
    },
  },
  lastEventId: {
    "is 0 on a new database, and then the newest event's, hidden ones too": async ({ db, given }) => {
      expect(await lastEventId(db)).toBe(0);
      const project = await given.project();
      await given.event(project, "issue.updated", {});
      const hidden = await given.event({ ...project, ...SYSTEM }, "issue.updated", {});
      expect(await lastEventId(db)).toBe(hidden.id);
    },
  },
  resetAfter: {
    "is where readers before the newest purge go on, of their project or of any": async (on) => {
      const [project, other] = [await on.given.project(), await on.given.project()];
      expect(await resetAfter(on.db, 0)).toBeUndefined();
      await purged(on, project, 10);
      await purged(on, other, 20);
      await purged(on, project, null);
      expect(await resetAfter(on.db, 0)).toBe(20);
      expect(await resetAfter(on.db, 19)).toBe(20);
      expect(await resetAfter(on.db, 20)).toBeUndefined();
      expect(await resetAfter(on.db, 9, project.id)).toBe(10);
      expect(await resetAfter(on.db, 10, project.id)).toBeUndefined();
    },
  },
  findCreation: {
    "finds the newest creation under the key, in this project, since then": async ({ db, given }) => {
      const [project, other] = [await given.project(), await given.project()];
      const payload = { idempotency_key: "k", idempotency_fingerprint: "f" };
      const at = (created_at: string) => ({ created_at });
      await given.event(project, "issue.created", payload, at("2026-04-01T00:00:00.000Z"));
      const newest = await given.event(project, "issue.created", payload, at("2026-04-02T00:00:00.000Z"));
      await given.event(other, "issue.created", payload, at("2026-04-03T00:00:00.000Z"));
      await given.event(project, "issue.created", { ...payload, idempotency_key: "K" }, at("2026-04-03T00:00:00.000Z"));
      expect(await findCreation(db, project.id, "k", "2026-04-01T00:00:00.000Z")).toEqual(newest);
      expect(await findCreation(db, project.id, "k", "2026-04-02T00:00:00.000Z")).toEqual(newest);
      expect(await findCreation(db, project.id, "k", "2026-04-02T00:00:00.001Z")).toBeUndefined();
    },
  },
};
