import { expect } from "bun:test";
import { kinds, type Kind } from "../../src/store/kinds.ts";
import {
  countRecords,
  faultsOf,
  fillEventUids,
  highestIds,
  lookUp,
  putRecord,
  raiseSequence,
  recordsAfter,
  type Row,
} from "../../src/store/records.ts";
import { EVERYTHING } from "../../src/store/scopes.ts";
import { sql } from "../../src/store/sql.ts";
import type { Contract, On } from "./contract.ts";

const kind = (name: string): Kind => kinds.find((each) => each.name === name) as Kind;

/** An issue with everything, and a peer that is deleted. */
async function busy({ given }: On) {
  const project = await given.project();
  const [issue, peer] = [await given.issue(project), await given.issue(project, { deleted_at: given.now() })];
  const other = await given.issue(await given.project());
  await given.comment(issue);
  await given.label(issue, "b", "a");
  await given.link(issue, "blocks", peer);
  const changes = { title: { from: null, to: "x" } };
  await given.event(project, "issue.created", { idempotency_key: "k" }, { issue, changes });
  await given.event(project, "issue.linked", {} as never, { issue, related: peer });
  await given.event(project, "issue.links_changed", {}, { issue, related: peer });
  return { project, issue, peer, other };
}

async function all({ db }: On, name: string, scope = EVERYTHING): Promise<Row[]> {
  return recordsAfter(db, kind(name), scope, undefined, 1_000);
}

export const recordsContract: Contract<typeof import("../../src/store/records.ts")> = {
  recordsAfter: {
    "gives rows with the members of their kind, and no others": async (on) => {
      const { project, issue } = await busy(on);
      const [row] = await all(on, "issue");
      expect(Object.keys(row ?? {})).toEqual(kind("issue").columns.map(({ name }) => name));
      expect(row).toMatchObject({ id: issue.id, project_id: project.id, metadata: "{}", owner: null, recurrence_uid: null });
      expect((await all(on, "event"))[0]).not.toHaveProperty("idempotency_key");
      expect((await all(on, "link"))[0]).toMatchObject({ project_id: project.id, from_issue_uid: issue.uid });
    },
    "goes on after a row, in the order of the key": async (on) => {
      await busy(on);
      const rows: Row[] = [];
      for (let last: Row | undefined; ; last = rows.at(-1)) {
        const page = await recordsAfter(on.db, kind("issue_label"), EVERYTHING, last, 1);
        if (page.length === 0) break;
        rows.push(...page);
      }
      expect(rows.map(({ label }) => label)).toEqual(["a", "b"]);
    },
    "leaves out what the scope leaves out, with all that hangs on it": async (on) => {
      const { project, issue, peer, other } = await busy(on);
      const ids = async (name: string, scope = EVERYTHING) => (await all(on, name, scope)).map(({ id }) => id);
      expect(await ids("issue", { project_id: project.id, include_deleted: true })).toEqual([issue.id, peer.id]);
      expect(await ids("issue", { include_deleted: false })).toEqual([issue.id, other.id]);
      expect(await ids("link", { include_deleted: false })).toEqual([]);
      expect(await ids("comment", { project_id: other.project_id, include_deleted: true })).toEqual([]);
      const events = await all(on, "event", { include_deleted: false });
      expect(events.map(({ type, related_issue_id, related_issue_uid }) => [type, related_issue_id, related_issue_uid])).toEqual([
        ["issue.created", null, null],
        ["issue.links_changed", null, null],
      ]);
    },
  },
  countRecords: {
    "counts what would be given": async (on) => {
      const { project } = await busy(on);
      for (const each of kinds) {
        for (const scope of [EVERYTHING, { include_deleted: false }, { project_id: project.id, include_deleted: true }]) {
          expect(await countRecords(on.db, each, scope)).toBe((await all(on, each.name, scope)).length);
        }
      }
    },
  },
  putRecord: {
    "puts rows where they were read from": async (on) => {
      await busy(on);
      const [label] = await all(on, "issue_label");
      await on.db.transact(async (tx) => {
        await tx.run(sql`DELETE FROM issue_labels`);
        expect(await putRecord(tx, kind("issue_label"), label as Row)).toBe(true);
      });
      expect(await all(on, "issue_label")).toEqual([label as Row]);
    },
    "puts a row in another one's place, or columns into it": async (on) => {
      const { issue } = await busy(on);
      await on.db.transact(async (tx) => {
        await putRecord(tx, kind("meta"), { key: "created_by_version", value: "9" });
        expect(await putRecord(tx, kind("event_changes"), { id: 1, changes: '{"a":1}' })).toBe(true);
        expect(await putRecord(tx, kind("event_changes"), { id: 999, changes: "{}" })).toBe(false);
      });
      expect(await lookUp(on.db, "meta", "value", "key", "created_by_version")).toBe("9");
      expect(await all(on, "event_changes")).toEqual([{ id: 1, changes: '{"a":1}' }]);
      expect(await lookUp(on.db, "events", "issue_uid", "id", 1)).toBe(issue.uid);
    },
  },
  raiseSequence: {
    "lets ids go on after a number, or after the highest": async ({ db, given }) => {
      const project = await given.project();
      await db.transact((tx) => raiseSequence(tx, "issues", 40));
      expect((await given.issue(project)).id).toBe(41);
      await db.transact((tx) => raiseSequence(tx, "issues", 3));
      expect((await given.issue(project)).id).toBe(42);
      await db.transact((tx) => raiseSequence(tx, "comments", 0));
      expect(await highestIds(db)).toEqual(
        new Map([
          ["projects", 1],
          ["issues", 42],
        ]),
      );
    },
  },
  faultsOf: {
    "finds nothing wrong with a database that was written through kata": async (on) => {
      await busy(on);
      expect(await faultsOf(on.db)).toEqual([]);
    },
  },
  lookUp: {
    "gives one column of the row that is meant, if it is there": async ({ db, given }) => {
      const project = await given.project("a");
      expect(await lookUp(db, "projects", "id", "name", "a")).toBe(project.id);
      expect(await lookUp(db, "projects", "id", "name", "b")).toBeUndefined();
    },
  },
  highestIds: {
    "remembers ids that are gone": async ({ db, given }) => {
      await given.issue(await given.project());
      await db.transact((tx) => tx.run(sql`DELETE FROM issues`));
      expect(await highestIds(db)).toEqual(
        new Map([
          ["issues", 1],
          ["projects", 1],
        ]),
      );
    },
  },
  fillEventUids: {
    "says what is missing, and changes nothing else": async (on) => {
      const { issue, peer } = await busy(on);
      await on.db.transact(async (tx) => {
        await tx.run(sql`UPDATE events SET issue_uid = NULL, related_issue_uid = NULL WHERE id = 2`);
        await tx.run(sql`UPDATE events SET issue_uid = 'kept' WHERE id = 3`);
        await fillEventUids(tx);
      });
      const uids = await on.db.all(sql`SELECT issue_uid, related_issue_uid FROM events ORDER BY id`);
      expect(uids).toEqual([
        { issue_uid: issue.uid, related_issue_uid: null },
        { issue_uid: issue.uid, related_issue_uid: peer.uid },
        { issue_uid: "kept", related_issue_uid: peer.uid },
      ]);
    },
  },
};
