import { afterEach, beforeEach, expect, test } from "bun:test";
import { freshApp, type TestApp } from "../../test/apps.ts";
import { exported, recordsOf } from "../../test/exports.ts";
import type { Issue, Project } from "../api/shapes.ts";
import { commentOnIssue } from "../app/comments.ts";
import { createIssue } from "../app/create.ts";
import { deleteIssue } from "../app/deletions.ts";
import { editIssue } from "../app/edit.ts";
import { labelIssue } from "../app/labels.ts";
import { linkIssue } from "../app/links.ts";
import { moveIssue } from "../app/moves.ts";
import { initProject } from "../app/projects.ts";
import { confirmationOf } from "../core/confirmation.ts";
import { kinds } from "../store/kinds.ts";
import { sql } from "../store/sql.ts";

let app: TestApp;
let project: Project;
beforeEach(async () => {
  app = await freshApp();
  project = (await initProject(app, { name: "demo" })).project;
});
afterEach(() => app[Symbol.asyncDispose]());

const actor = "ann";
const create = async (title: string, where = project): Promise<Issue> =>
  (await createIssue(app, { project_id: where.id, actor, title, labels: [], links: [] })).issue;
const of = (issue: Issue) => ({ project_id: issue.project_id, ref: issue.uid, actor });
const remove = (issue: Issue) => deleteIssue(app, { ...of(issue), confirmation: confirmationOf("DELETE", project, issue) });
const kindsIn = (text: string) => recordsOf(text).map(({ kind }) => kind);
const eventsIn = (text: string) =>
  recordsOf(text).flatMap(({ kind, data }) => (kind === "event" ? [[data["type"], data["issue_id"], data["related_issue_id"]]] : []));

test("`exportRecords()` writes each member in its place, and what Go would escape as Go does", async () => {
  const { id, uid } = await create("a < b & c > d\u2028\u2029 \u007f \b\f\u0001");
  const line = (await exported(app.db)).split("\n").find((text) => text.startsWith('{"kind":"issue"'));
  expect(line).toBe(
    `{"kind":"issue","data":{"id":${id},"uid":"${uid}","project_id":1,"short_id":"${uid.slice(-4).toLowerCase()}",` +
      '"title":"a \\u003c b \\u0026 c \\u003e d\\u2028\\u2029 \u007f \\b\\f\\u0001","body":"","status":"open","closed_reason":null,"owner":null,' +
      '"author":"ann","created_at":"2026-03-01T12:00:00.000Z","updated_at":"2026-03-01T12:00:00.000Z","closed_at":null,"deleted_at":null,' +
      '"metadata":{},"revision":1}}',
  );
});

test("`exportRecords()` begins with the version and what the database says of itself, and what the file has", async () => {
  await create("one");
  const [version, ...rest] = recordsOf(await exported(app.db)).filter(({ kind }) => kind === "meta" || kind === "contents");
  expect(version).toEqual({ kind: "meta", data: { key: "export_version", value: "10" } });
  expect(rest.map(({ data }) => data["key"])).toEqual(["created_by_version", "instance_uid", "schema_version", undefined]);
  expect(rest[2]?.data["value"]).toBe("10");
  expect(rest[3]).toMatchObject({ kind: "contents", data: { project: 1, issue: 1, event: 1, event_changes: 1 } });
});

test("`exportRecords()` orders kinds by dependence and rows by key, over more than one page", async () => {
  const parent = await create("parent");
  for (let i = 0; i < 50; i++) {
    const issue = await create(`issue ${i}`);
    await linkIssue(app, { ...of(issue), type: "parent", to_ref: parent.uid });
    for (const label of ["b", "a"]) await labelIssue(app, { ...of(issue), label: `${label}${i}` });
  }
  const text = await exported(app.db);
  const ranks = kindsIn(text).map((kind) => (kind === "contents" ? 0 : kinds.findIndex(({ name }) => name === kind)));
  expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
  const ids = (kind: string) => recordsOf(text).flatMap((record) => (record.kind === kind ? [record.data["id"]] : []));
  expect(ids("issue")).toEqual(Array.from({ length: 51 }, (_, i) => i + 1));
  expect(ids("event")).toEqual(Array.from({ length: 51 + 150 }, (_, i) => i + 1));
  const labels = recordsOf(text).flatMap(({ kind, data }) => (kind === "issue_label" ? [`${data["issue_id"]} ${data["label"]}`] : []));
  expect(labels.slice(0, 4)).toEqual(["2 a0", "2 b0", "3 a1", "3 b1"]);
  expect(labels).toHaveLength(100);
});

test("`exportRecords()` without deleted issues leaves out what hangs on them; an event of several links forgets them", async () => {
  const [kept, gone] = [await create("kept"), await create("gone")];
  await commentOnIssue(app, { ...of(gone), body: "lost" });
  await labelIssue(app, { ...of(gone), label: "lost" });
  await linkIssue(app, { ...of(kept), type: "blocks", to_ref: gone.uid });
  await editIssue(app, { ...of(kept), links_delta: { add_related: [gone.uid] } });
  await remove(gone);
  const whole = await exported(app.db);
  expect(eventsIn(whole)).toContainEqual(["issue.linked", kept.id, gone.id]);
  const live = await exported(app.db, { include_deleted: false });
  expect(kindsIn(live).filter((kind) => ["issue", "comment", "comment_uid", "issue_label", "link"].includes(kind))).toEqual(["issue"]);
  expect(eventsIn(live)).toEqual([
    ["issue.created", kept.id, null],
    ["issue.links_changed", kept.id, null],
  ]);
});

test("`exportRecords()` of one project has nothing of the others; all of them have the events of moved issues too", async () => {
  const other = (await initProject(app, { name: "other" })).project;
  const moved = await create("moved");
  const stays = await create("stays");
  const { issue } = await moveIssue(app, { ...of(moved), to_project_uid: other.uid, revision: moved.revision });
  const events = [
    ["issue.created", moved.id, null],
    ["issue.created", stays.id, null],
    ["issue.moved", moved.id, null],
  ];
  expect(eventsIn(await exported(app.db))).toEqual(events);
  expect(eventsIn(await exported(app.db, { project_id: project.id }))).toEqual([["issue.created", stays.id, null]]);
  expect(eventsIn(await exported(app.db, { project_id: issue.project_id }))).toEqual([["issue.moved", moved.id, null]]);
  expect(kindsIn(await exported(app.db, { project_id: other.id }))).not.toContain("system_project");
});

test("`exportRecords()` keeps the events of the hidden project apart, and a compatible file has none of it", async () => {
  await app.db.transact((tx) =>
    tx.run(sql`
      INSERT INTO events (uid, origin_instance_uid, project_id, project_name, type, actor, payload, created_at)
      VALUES (${app.ulid()}, ${app.instance_uid}, 0, '#system', 'token.created', 'ann', '{}', '2026-03-01T12:00:00.000Z')`),
  );
  await create("one");
  expect(eventsIn(await exported(app.db)).map(([type]) => type)).toEqual(["issue.created"]);
  const system = recordsOf(await exported(app.db)).find(({ kind }) => kind === "system_event");
  expect(system?.data).toMatchObject({ id: 1, project_id: 0, project_name: "#system", type: "token.created" });
  const compatible = await exported(app.db, { compatible: true });
  expect(compatible).not.toContain("#system");
  expect(compatible).not.toContain("token.created");
});
