import { expect, test } from "bun:test";
import fc from "fast-check";
import { fileOf, type Line, putInto, recordsOf, restored, exported } from "../../test/exports.ts";
import { freshSqlite } from "../../test/stores.ts";
import { ulidSource } from "../core/ulid.ts";
import { sql } from "../store/sql.ts";

const T = "2026-01-02T03:04:05.678Z";

/** How a ULID of that moment begins. */
const moment = ulidSource(
  () => Date.parse(T),
  (bytes) => bytes,
)().slice(0, 10);

/** What a project, issues, links and events were written like before version 2: numbers, and no uids. */
const first: Line[] = [
  { kind: "project", data: { id: 1, identity: "github.com/acme/tools", name: "tools", created_at: T, colour: 4 } },
  {
    kind: "project_alias",
    data: {
      id: 1,
      project_id: 1,
      alias_identity: "github.com/acme/tools",
      alias_kind: "git",
      root_path: "/t",
      created_at: T,
      last_seen_at: T,
    },
  },
  ...[1, 2, 3].map((number) => ({
    kind: "issue",
    data: {
      id: number + 10,
      project_id: 1,
      number,
      title: `Issue ${number}`,
      body: "",
      status: "open",
      closed_reason: null,
      owner: null,
      author: "ann",
      created_at: T,
      updated_at: T,
      closed_at: null,
      deleted_at: null,
    },
  })),
  { kind: "comment", data: { id: 1, issue_id: 11, author: "ann", body: "hi", created_at: T } },
  { kind: "issue_label", data: { issue_id: 11, label: "bug", author: "ann", created_at: T } },
  { kind: "link", data: { id: 1, project_id: 1, from_issue_id: 11, to_issue_id: 12, type: "blocks", author: "ann", created_at: T } },
  ...[
    [
      "issue.created",
      12,
      null,
      {
        links: [
          { type: "parent", to_number: 1 },
          { type: "blocks", to_number: 3, incoming: true },
        ],
        owner: "bob",
      },
    ],
    ["issue.linked", 11, 12, { link_id: 1, type: "blocks", from_number: 1, to_number: 2 }],
    ["issue.links_changed", 11, null, { parent_set: 2, blocks_added: [3, 2], related_removed: [] }],
    ["issue.linked", 11, null, { link_id: 9, type: "blocks", from_number: 1, to_number: 77 }],
    ["issue.closed", 13, null, { reason: "done", message: "12" }],
  ].map(([type, issue_id, related_issue_id, payload], i) => ({
    kind: "event",
    data: { id: i + 1, project_id: 1, project_name: "tools", issue_id, related_issue_id, type, actor: "ann", payload, created_at: T },
  })),
  {
    kind: "purge_log",
    data: {
      id: 1,
      project_id: 1,
      purged_issue_id: 9,
      project_name: "tools",
      issue_title: "gone",
      issue_author: "ann",
      comment_count: 0,
      link_count: 0,
      label_count: 0,
      event_count: 1,
      events_deleted_min_id: 1,
      events_deleted_max_id: 1,
      purge_reset_after_event_id: 4,
      actor: "ann",
      reason: null,
      purged_at: T,
    },
  },
  { kind: "sqlite_sequence", data: { name: "events", seq: 9 } },
] as Line[];

type Named = { id: number; uid: string; short_id: string };

test("`importRecords()` gives uids and short ids to what had none, the same each time", async () => {
  const seen: string[] = [];
  for (let time = 0; time < 2; time++) {
    await restored(fileOf(first, "1"), async (db, { unknown }) => {
      expect(unknown).toEqual({ "project.colour": 1 });
      const issues = await db.all<Named>(sql`SELECT id, uid, short_id FROM issues ORDER BY uid`);
      for (const { uid, short_id } of issues) {
        expect(uid.slice(0, 10)).toBe(moment);
        expect(short_id).toBe(uid.slice(-short_id.length).toLowerCase());
        expect(short_id).toHaveLength(4);
      }
      const origin = await db.all<{ origin_instance_uid: string }>(
        sql`SELECT DISTINCT origin_instance_uid FROM events UNION SELECT origin_instance_uid FROM purge_log`,
      );
      expect(origin).toEqual(await db.all(sql`SELECT value AS origin_instance_uid FROM meta WHERE key = 'instance_uid'`));
      const uids = sql`SELECT uid FROM projects WHERE id > 0 UNION ALL SELECT uid FROM issues UNION ALL SELECT uid FROM comments UNION ALL SELECT uid FROM events UNION ALL SELECT uid FROM purge_log`;
      seen.push(JSON.stringify([issues, await db.all(uids)]));
    });
  }
  expect(seen[0]).toBe(seen[1] ?? "");
});

test("`importRecords()` says with short ids and uids what old events said with numbers", () =>
  restored(fileOf(first, "7"), async (db) => {
    const issues = await db.all<Named>(sql`SELECT id, uid, short_id FROM issues ORDER BY id`);
    const [one, two, three] = issues as [Named, Named, Named];
    const events = await db.all<{ payload: string }>(sql`SELECT payload FROM events ORDER BY id`);
    expect(events.map(({ payload }) => JSON.parse(payload) as unknown)).toEqual([
      {
        links: [
          { type: "parent", to_short_id: one.short_id, to_issue_uid: one.uid },
          { type: "blocks", to_short_id: three.short_id, to_issue_uid: three.uid, incoming: true },
        ],
        owner: "bob",
      },
      { link_id: 1, type: "blocks", from_short_id: one.short_id, from_uid: one.uid, to_short_id: two.short_id, to_uid: two.uid },
      {
        parent_set: two.short_id,
        parent_set_uid: two.uid,
        blocks_added: [three.short_id, two.short_id],
        blocks_added_uids: [three.uid, two.uid],
        related_removed: [],
        related_removed_uids: [],
      },
      { link_id: 9, type: "blocks", from_short_id: one.short_id, from_uid: one.uid, to_number: 77 },
      { reason: "done", message: "12" },
    ]);
    const named = await db.all(sql`SELECT issue_uid, related_issue_uid FROM events ORDER BY id LIMIT 2`);
    expect(named).toEqual([
      { issue_uid: two.uid, related_issue_uid: null },
      { issue_uid: one.uid, related_issue_uid: two.uid },
    ]);
  }));

test("`importRecords()` takes every version of the format, and what it makes is written as the newest", async () => {
  const second = await restored(fileOf(first, "1"), (db) => exported(db, { compatible: true }));
  for (let version = 1; version <= 10; version++) {
    const records = version < 8 ? first : recordsOf(second).slice(1);
    await restored(fileOf(records, String(version)), async (db) => {
      const now = recordsOf(await exported(db, { compatible: true }));
      expect(now.map(({ kind }) => kind)).toEqual(recordsOf(second).map(({ kind }) => kind));
      if (version >= 8) expect(now).toEqual(recordsOf(second));
    });
  }
});

test("`importRecords()` refuses names with # in old files, which let them pass", async () => {
  const { db, remove } = await freshSqlite();
  const named = fileOf([{ kind: "project", data: { id: 1, identity: "x", name: "a#b", created_at: T } }], "3");
  await expect(putInto(db, named)).rejects.toThrow("line 2: project: name must not contain #");
  await db.close();
  await remove();
});

test("`importRecords()` takes whatever old events say, and keeps what has no number in it", () => {
  const json = fc.jsonValue({ maxDepth: 3 });
  const names = fc.constantFrom("links", "to_number", "from_number", "blocks_added", "parent_set", "x");
  const payload = fc.dictionary(names, fc.oneof(json, fc.array(fc.oneof(json, fc.record({ to_number: json })))));
  const type = fc.constantFrom("issue.created", "issue.linked", "issue.links_changed");
  return fc.assert(
    fc.asyncProperty(payload, type, async (said, what) => {
      const event = { id: 1, project_id: 1, project_name: "x", issue_id: null, type: what, actor: "ann", payload: said, created_at: T };
      await restored(fileOf([first[0] as Line, { kind: "event", data: event }], "7"), async (db) => {
        const [row] = await db.all<{ payload: string }>(sql`SELECT payload FROM events`);
        expect(JSON.parse(row?.payload ?? "")).toMatchObject(JSON.parse(JSON.stringify(said)) as object);
      });
    }),
    { numRuns: 40 },
  );
});
