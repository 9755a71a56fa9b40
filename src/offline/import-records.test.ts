import { expect, test } from "bun:test";
import fc from "fast-check";
import { freshApp } from "../../test/apps.ts";
import { exported, fileOf, type Line, putInto, recordsOf, restored } from "../../test/exports.ts";
import { history, live } from "../../test/histories.ts";
import { freshSqlite } from "../../test/stores.ts";
import { KataError, LocalError } from "../core/error.ts";
import { sql } from "../store/sql.ts";

const T = "2026-03-01T12:00:00.000Z";
const UID = "01KJKB5W00000000000000000";
const project = (id = 1, more: object = {}): Line => ({
  kind: "project",
  data: { id, uid: `${UID}${id}`, name: `p${id}`, created_at: T, metadata: {}, revision: 1, ...more },
});
const issue = (id: number, more: object = {}): Line => ({
  kind: "issue",
  data: {
    id,
    uid: `01KJKB5W0000000000000ABC${10 + id}`,
    project_id: 1,
    short_id: `bc${10 + id}`,
    title: `Issue ${id}`,
    body: "",
    status: "open",
    author: "ann",
    created_at: T,
    updated_at: T,
    ...more,
  },
});
const event = (id: number, more: object = {}): Line => ({
  kind: "event",
  data: {
    id,
    uid: `01KJKB5W000000000000000E${10 + id}`,
    origin_instance_uid: `${UID}9`,
    project_id: 1,
    project_name: "then",
    type: "issue.updated",
    actor: "ann",
    payload: {},
    created_at: T,
    ...more,
  },
});

async function fault(records: readonly Line[], version?: string): Promise<string> {
  return refusalOf(fileOf(records, version));
}

async function refusalOf(text: string): Promise<string> {
  const { db, remove } = await freshSqlite();
  try {
    const before = await exported(db);
    const error: unknown = await putInto(db, text).catch((thrown: unknown) => thrown);
    expect(await exported(db)).toBe(before);
    if (error instanceof LocalError && error.kind === "validation") return error.message;
    throw new Error("It was not refused.", { cause: error });
  } finally {
    await db.close();
    await remove();
  }
}

test("`importRecords()` wants the version first, and one that it knows", async () => {
  expect(await refusalOf("")).toContain("the file is empty");
  expect(await refusalOf(`${JSON.stringify(project())}\n`)).toBe("line 1: the first record must say the export_version");
  expect(await refusalOf('{"kind":"meta","data":{"key":"instance_uid","value":"x"}}\n')).toContain("line 1");
  for (const version of ["0", "11", "999999999999", "-1", "1.0", "ten", "", " 1"]) {
    expect(await fault([project()], version)).toBe(`line 1: export_version must be from 1 to 10, not ${JSON.stringify(version)}`);
  }
  expect(await refusalOf('{"kind":"meta","data":{"key":"export_version","value":10}}\n')).toContain("not 10");
});

test("`importRecords()` wants the kinds in their order", async () => {
  expect(await fault([project(), issue(1), project(2)])).toBe("line 4: project records stand before issue records, not after them");
  expect(await fault([project(), event(1), issue(1)])).toContain("line 4: issue records stand before event records");
});

test("`importRecords()` counts what it does not know, and takes the rest", async () => {
  const file = fileOf([
    { kind: "federation_binding", data: {} },
    project(1, { colour: "red" }),
    { kind: "issue_sync_status", data: { id: 1 } },
    issue(1, { content_revision: 3 }),
    issue(2, { content_revision: 4 }),
    { kind: "issue_sync_status", data: { id: 2 } },
  ]);
  await restored(file, async (db, { unknown, counts }) => {
    expect(unknown).toEqual({ federation_binding: 1, issue_sync_status: 2, "project.colour": 1, "issue.content_revision": 2 });
    expect(counts).toEqual({ project: { file: 1, database: 1 }, issue: { file: 2, database: 2 } });
    expect(await db.all(sql`SELECT id, body, metadata, revision FROM issues`)).toEqual([
      { id: 1, body: "", metadata: "{}", revision: 1 },
      { id: 2, body: "", metadata: "{}", revision: 1 },
    ]);
  });
});

test("`importRecords()` says which line breaks which rule", async () => {
  expect(await fault([project(1, { id: "1" })])).toBe('line 2: project: id must be a whole number, not "1"');
  expect(await fault([project(1, { id: 1.5 })])).toContain("must be a whole number");
  expect(await fault([project(1, { created_at: "yesterday" })])).toContain("created_at must be a time such as");
  expect(await fault([project(1, { created_at: "2026-02-31T00:00:00.000Z" })])).toContain("created_at must be a time");
  for (const metadata of [[], 1.5, "x", true]) expect(await fault([project(1, { metadata })])).toContain("metadata must be an object");
  expect(await fault([project(1, { uid: "short" })])).toBe("line 2: project: uid must be a ULID, not short");
  expect(await fault([project(1, { name: "a#b" })])).toContain("line 2: project: ");
  expect(await fault([project(0)])).toContain("id 0 is the hidden project's");
  expect(await fault([project(), project(1, { uid: `${UID}2`, name: "other" })])).toBe("line 3: project: another one has its id already");
  expect(await fault([project(), issue(1, { title: undefined })])).toBe("line 3: issue: title is missing");
  expect(await fault([project(), issue(1, { project_id: 7 })])).toBe("line 3: issue: it names a row that is not there");
  expect(await fault([project(), issue(1, { short_id: "zzzz" })])).toContain("short_id must be the end of its uid");
  expect(await fault([project(), issue(1, { occurrence_key: "2026-03-01" })])).toBe("line 3: issue: occurrence_key needs a recurrence");
  expect(await fault([project(), issue(1, { recurrence_uid: `${UID}8` })])).toContain("don't name one row of recurrences");
  expect(await fault([project(), issue(1), issue(2, { uid: issue(1).data["uid"], short_id: "0abc11" })])).toContain(
    "another one has its uid",
  );
  expect(await fault([project(), issue(1, { status: "closed", closed_reason: "because" })])).toContain("line 3: issue: it breaks the rule");
  expect(await fault([project(), { kind: "event_changes", data: { id: 7, changes: {} } }])).toBe(
    "line 3: event_changes: there is no row of events with id 7",
  );
  const link = { id: 1, project_id: 1, from_issue_id: 1, to_issue_id: 2, type: "blocks", author: "ann", created_at: T };
  const uids = { from_issue_uid: issue(2).data["uid"], to_issue_uid: issue(1).data["uid"] };
  expect(await fault([project(), issue(1), issue(2), { kind: "link", data: { ...link, ...uids } }])).toContain(
    "don't name one row of issues",
  );
});

test("`importRecords()` gives projects of one name different ones, and their events the name that the project has now", async () => {
  const twin = { name: "p1" };
  const file = fileOf([project(), project(2, twin), project(3, twin), project(4, { name: " " }), event(1, { project_id: 2 }), event(2)]);
  await restored(file, async (db, { notes }) => {
    const names = await db.all<{ name: string }>(sql`SELECT name FROM projects WHERE id > 0 ORDER BY id`);
    expect(names.map(({ name }) => name)).toEqual(["p1", "p1-2", "p1-3", "project-4"]);
    expect(notes).toHaveLength(3);
    expect(notes[0]).toContain('"p1-2"');
    expect(await db.all(sql`SELECT project_name FROM events ORDER BY id`)).toEqual([{ project_name: "p1-2" }, { project_name: "p1" }]);
  });
});

test("`importRecords()` keeps the file's identity, or the target's own when that is asked for, and never a version of tables", async () => {
  const file = fileOf([
    { kind: "meta", data: { key: "instance_uid", value: `${UID}7` } },
    { kind: "meta", data: { key: "schema_version", value: "10" } },
    project(),
  ]);
  const meta = sql`SELECT key, value FROM meta WHERE key IN ('instance_uid', 'schema_version') ORDER BY key`;
  const versions = await restored(fileOf([]), (db) => db.all(meta));
  await restored(file, async (db) =>
    expect(await db.all(meta)).toEqual([{ key: "instance_uid", value: `${UID}7` }, versions[1] as object]),
  );
  const own = await restored(file, (db) => db.all<{ value: string }>(meta), { new_instance: true });
  expect(own[0]?.value).not.toBe(`${UID}7`);
});

test("`importRecords()` goes on counting where the file stopped, also behind ids that were given and are gone", async () => {
  const sequences = [
    { kind: "sqlite_sequence", data: { name: "events", seq: 40 } },
    { kind: "sqlite_sequence", data: { name: "issues", seq: 1 } },
    { kind: "sqlite_sequence", data: { name: "nonsense", seq: 5 } },
  ];
  await restored(fileOf([project(), issue(3), event(1), ...sequences]), async (db) => {
    const found = await db.all(sql`SELECT name, seq FROM sqlite_sequence WHERE seq > 0 ORDER BY name`);
    expect(found).toEqual([
      { name: "events", seq: 40 },
      { name: "issues", seq: 3 },
      { name: "projects", seq: 1 },
    ]);
  });
});

test("`importRecords()` with `merge` takes one project, and leaves out what leads out of it", async () => {
  const link = { project_id: 1, type: "blocks", author: "ann", created_at: T };
  const alias = {
    id: 1,
    project_id: 1,
    alias_identity: "local:///x",
    alias_kind: "local",
    root_path: "/x",
    created_at: T,
    last_seen_at: T,
  };
  const file = fileOf([
    project(),
    { kind: "project_alias", data: alias },
    issue(1),
    issue(2),
    { kind: "link", data: { ...link, id: 1, from_issue_id: 1, to_issue_id: 2 } },
    { kind: "link", data: { ...link, id: 2, from_issue_id: 1, to_issue_id: 99, to_issue_uid: `${UID}6` } },
    event(1, { type: "issue.linked", issue_id: 1, related_issue_id: 2, payload: { link_id: 1, type: "blocks" } }),
    event(2, { type: "issue.linked", issue_id: 1, related_issue_id: 99, related_issue_uid: `${UID}6`, payload: { link_id: 2 } }),
    event(3, { issue_id: 99 }),
  ]);
  const second = JSON.parse(JSON.stringify(recordsOf(file)).replaceAll("01KJKB5W", "01KJKB5X")) as Line[];
  await restored(file.replace(/.*"id":2,"from_issue_id".*\n|.*"id":[23],.*"issue\.(linked|updated)".*\n/g, ""), async (db) => {
    const merged = await putInto(db, second.map((line) => `${JSON.stringify(line)}\n`).join(""), { merge: true });
    expect(merged.left_out).toEqual({ project_alias: 1, link: 1, event: 1 });
    expect(merged.notes).toEqual(['project 1 is called "p1-2" here, not "p1"']);
    const events = await db.all(sql`SELECT id, issue_id, related_issue_id, related_issue_uid, payload FROM events WHERE project_id = 2`);
    expect(events).toEqual([
      {
        id: 2,
        issue_id: 3,
        related_issue_id: 4,
        related_issue_uid: "01KJKB5X0000000000000ABC12",
        payload: '{"link_id":2,"type":"blocks"}',
      },
      { id: 3, issue_id: 3, related_issue_id: null, related_issue_uid: null, payload: '{"link_id":3}' },
    ]);
    const several = fileOf([project(), project(2)]).replaceAll("01KJKB5W", "01KJKB5Y");
    await expect(putInto(db, several, { merge: true })).rejects.toThrow("several projects");
  });
});

test("`importRecords()` refuses every file of ours that was cut short, wherever that was", () =>
  fc.assert(
    fc.asyncProperty(history, fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean(), async (steps, where, atLine) => {
      await using app = await freshApp({ close_throttle: false });
      await live(app, steps);
      const whole = await exported(app.db);
      const at = Math.floor(where * (whole.length - 2));
      const cut = whole.slice(0, atLine ? whole.lastIndexOf("\n", at) + 1 : at);
      // A cut before the file has said what is in it leaves a file like those that never say so.
      if (cut.includes('"kind":"contents"') && cut.length < whole.length - 1) await refusalOf(cut);
    }),
    { numRuns: 25 },
  ));

test(
  "`importRecords()` meets any change of a file with an import or a refusal, and a refused one leaves nothing",
  () =>
    fc.assert(
      fc.asyncProperty(history, fc.nat(), fc.nat(), fc.jsonValue(), async (steps, line, member, value) => {
        await using app = await freshApp({ close_throttle: false });
        await live(app, steps.slice(0, 8));
        const records = recordsOf(await exported(app.db));
        const { data } = records[line % records.length] as Line;
        const names = Object.keys(data);
        data[names[member % names.length] ?? ""] = value;
        const { db, remove } = await freshSqlite();
        try {
          const before = await exported(db);
          await putInto(db, records.map((record) => `${JSON.stringify(record)}\n`).join("")).catch(async (error: unknown) => {
            expect(error instanceof LocalError || error instanceof KataError ? "refused" : error).toBe("refused");
            expect(await exported(db)).toBe(before);
          });
        } finally {
          await db.close();
          await remove();
        }
      }),
      { numRuns: 60 },
    ),
  120_000,
);
