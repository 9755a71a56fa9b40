import { afterEach, beforeEach, expect, test } from "bun:test";
import { freshApp, type TestApp } from "../../test/apps.ts";
import { eventsIn } from "../../test/events.ts";
import type { Issue, Recurrence } from "../api/shapes.ts";
import { insertIssue } from "../store/issues.ts";
import { closeIssue, reopenIssue } from "./closes.ts";
import { findIssueAnywhere, listIssues } from "./issues.ts";
import { initProject } from "./projects.ts";
import { createRecurrence, deleteRecurrence, type NewRecurrenceInput, showRecurrence } from "./recurrences.ts";

let app: TestApp;
let project_id: number;

beforeEach(async () => {
  app = await freshApp({ close_throttle: false });
  project_id = (await initProject(app, { name: "demo" })).project.id;
});
afterEach(() => app[Symbol.asyncDispose]());

const template = { title: "Water", body: "All of them", owner: "eve", priority: 2, labels: ["b", "a"], metadata: { room: "hall" } };

/** A recurrence, and its issue of the first day; no route makes that one. */
async function begun(said: Partial<NewRecurrenceInput> = {}): Promise<{ recurrence: Recurrence; first: string }> {
  const schedule = { rrule: "FREQ=WEEKLY", dtstart: "2026-03-02", timezone: "UTC" };
  const recurrence = await createRecurrence(app, { project_id, actor: "ann", ...schedule, template, ...said });
  const [uid, now] = [app.ulid(), app.now().toISOString()];
  const row = { uid, project_id, title: "First", body: "", author: "ann", created_at: now, updated_at: now };
  await app.db.transact((tx) => insertIssue(tx, { ...row, recurrence_id: recurrence.id, occurrence_key: "2026-03-02" }));
  return { recurrence, first: uid };
}

const close = (ref: string, reason: "done" | "wontfix" = "done") =>
  closeIssue(app, { project_id, ref, actor: "bob", reason, message: "x".repeat(60), evidence: [], tui: reason === "done", dry_run: false });
const newest = async (): Promise<Issue | undefined> =>
  (await listIssues(app, { project_id, status: "open" })).find(({ title }) => title === template.title);

test("closing an occurrence as done makes the next, in the closer's name, and tells what came of it", async () => {
  const { recurrence, first } = await begun();
  const at = (await eventsIn(app.db)).length;
  const { event } = await close(first);
  expect(event).toMatchObject({ type: "issue.closed" });
  const made = await newest();
  expect(made).toMatchObject({
    title: "Water",
    body: "All of them",
    owner: "eve",
    priority: 2,
    author: "bob",
    metadata: { room: "hall", scheduled_on: "2026-03-09" },
    recurrence_id: recurrence.id,
    occurrence_key: "2026-03-09",
    revision: 1,
  });
  const { labels } = await findIssueAnywhere(app, { uid: made?.uid ?? "", include_deleted: false });
  expect(labels.map(({ label, author }) => [label, author])).toEqual([
    ["a", "bob"],
    ["b", "bob"],
  ]);
  const after = await showRecurrence(app, { project_id, uid: recurrence.uid });
  expect(after).toMatchObject({ revision: 2, next_occurrence_key: "2026-03-16", last_materialized_uid: made?.uid as string });
  const key = { recurrence_uid: recurrence.uid, occurrence_key: "2026-03-09" };
  expect((await eventsIn(app.db)).slice(at)).toEqual([
    expect.objectContaining({ type: "issue.closed", issue_uid: first }),
    {
      type: "issue.created",
      actor: "bob",
      issue_uid: made?.uid as string,
      related_issue_uid: null,
      payload: { title: "Water", body: "All of them", ...key, labels: ["a", "b"] },
      changes: {
        title: { from: null, to: "Water" },
        body: { from: "", to: "All of them" },
        owner: { from: null, to: "eve" },
        priority: { from: null, to: 2 },
        metadata: { from: {}, to: { room: "hall", scheduled_on: "2026-03-09" } },
        author: { from: null, to: "bob" },
        created_at: { from: null, to: "2026-03-01T12:00:00.000Z" },
        labels: { from: [], to: ["a", "b"] },
        recurrence_uid: { from: null, to: recurrence.uid },
        occurrence_key: { from: null, to: "2026-03-09" },
      },
    },
    {
      type: "recurrence.materialized",
      actor: "bob",
      issue_uid: made?.uid as string,
      related_issue_uid: null,
      payload: { ...key, issue_uid: made?.uid },
      changes: {
        next_occurrence_key: { from: "2026-03-02", to: "2026-03-16" },
        last_materialized_uid: { from: null, to: made?.uid },
      },
    },
  ]);
});

test("an occurrence that is there already is not made twice", async () => {
  const { recurrence, first } = await begun();
  await close(first);
  const made = await newest();
  await reopenIssue(app, { project_id, ref: first, actor: "bob" });
  await close(first);
  const [skipped] = (await eventsIn(app.db)).slice(-1);
  expect(skipped).toMatchObject({
    type: "recurrence.materialization_skipped",
    issue_uid: null,
    payload: { recurrence_uid: recurrence.uid, occurrence_key: "2026-03-09", existing_issue_uid: made?.uid, reason: "already_exists" },
  });
  expect(await showRecurrence(app, { project_id, uid: recurrence.uid })).toMatchObject({ revision: 3, next_occurrence_key: "2026-03-16" });
});

test("a rule that comes to its end makes the last occurrence, and then none", async () => {
  const { recurrence, first } = await begun({ rrule: "FREQ=WEEKLY;COUNT=2" });
  await close(first);
  const last = await showRecurrence(app, { project_id, uid: recurrence.uid });
  expect([last.revision, "next_occurrence_key" in last]).toEqual([2, false]);
  const at = (await eventsIn(app.db)).length;
  await close((await newest())?.uid ?? "");
  expect((await eventsIn(app.db)).slice(at).map(({ type }) => type)).toEqual(["issue.closed"]);
  expect((await showRecurrence(app, { project_id, uid: recurrence.uid })).revision).toBe(2);
});

test("nothing is made of another close, nor for a recurrence that was deleted", async () => {
  const { recurrence, first } = await begun();
  await close(first, "wontfix");
  expect(await newest()).toBeUndefined();
  await reopenIssue(app, { project_id, ref: first, actor: "bob" });
  await deleteRecurrence(app, { project_id, uid: recurrence.uid, actor: "ann", revision: undefined });
  await close(first);
  expect(await newest()).toBeUndefined();
});
