import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { freshApp, type TestApp } from "../../test/apps.ts";
import { eventsIn, type Told } from "../../test/events.ts";
import type { Issue } from "../api/shapes.ts";
import { lastEventId } from "../store/events.ts";
import { updateIssue } from "../store/issues.ts";
import { commentOnIssue } from "./comments.ts";
import { createIssue } from "./create.ts";
import { editIssue } from "./edit.ts";
import { countLabels, labelIssue, unlabelIssue } from "./labels.ts";
import { linkIssue, unlinkIssue } from "./links.ts";
import { assignIssue, unassignIssue } from "./owners.ts";
import { prioritizeIssue } from "./priorities.ts";
import { initProject } from "./projects.ts";

let app: TestApp;
let issue: Issue;
let target: { project_id: number; ref: string; actor: string };
const refused = (code: string) => expect.objectContaining({ code });

beforeEach(async () => {
  app = await freshApp();
  const project_id = (await initProject(app, { name: "demo" })).project.id;
  issue = (await createIssue(app, { project_id, actor: "ann", title: "One", labels: ["ui"], links: [] })).issue;
  target = { project_id, ref: issue.short_id, actor: "bob" };
  app.pass(1_000);
});
afterEach(() => app[Symbol.asyncDispose]());

/** The verbs on one issue: what each tells, and that the same again changes nothing. */
const verbs: [string, () => Promise<{ changed: boolean; event: unknown; issue: Issue }>, Pick<Told, "type" | "payload" | "changes">][] = [
  [
    "assignIssue",
    () => assignIssue(app, { ...target, owner: "eve" }),
    { type: "issue.assigned", payload: { owner: "eve" }, changes: { owner: { from: null, to: "eve" } } },
  ],
  [
    "prioritizeIssue",
    () => prioritizeIssue(app, { ...target, priority: 0 }),
    { type: "issue.priority_set", payload: { priority: 0 }, changes: { priority: { from: null, to: 0 } } },
  ],
  [
    "labelIssue",
    () => labelIssue(app, { ...target, label: "bug" }),
    { type: "issue.labeled", payload: { label: "bug" }, changes: { labels: { from: ["ui"], to: ["bug", "ui"] } } },
  ],
  [
    "unlabelIssue",
    () => unlabelIssue(app, { ...target, label: "ui" }),
    { type: "issue.unlabeled", payload: { label: "ui" }, changes: { labels: { from: ["ui"], to: [] } } },
  ],
];
test.each(verbs)("`%s()` tells what it altered, and nothing the second time", async (_, verb, told) => {
  const from = await lastEventId(app.db);
  expect(await verb()).toMatchObject({ changed: true, issue: { updated_at: "2026-03-01T12:00:01.000Z", revision: 1 } });
  app.pass(1_000);
  expect(await verb()).toMatchObject({ changed: false, event: null, issue: { updated_at: "2026-03-01T12:00:01.000Z" } });
  expect(await eventsIn(app.db, from)).toEqual([{ actor: "bob", issue_uid: issue.uid, related_issue_uid: null, ...told }]);
});

test("`unassignIssue()` and `prioritizeIssue()` take away what is there", async () => {
  await assignIssue(app, { ...target, owner: "eve" });
  await prioritizeIssue(app, { ...target, priority: 3 });
  const from = await lastEventId(app.db);
  for (const _ of [1, 2]) {
    await unassignIssue(app, target);
    await prioritizeIssue(app, { ...target, priority: null });
  }
  expect(await eventsIn(app.db, from)).toMatchObject([
    { type: "issue.unassigned", payload: {}, changes: { owner: { from: "eve", to: null } } },
    { type: "issue.priority_cleared", payload: { old_priority: 3 }, changes: { priority: { from: 3, to: null } } },
  ]);
});

test("`commentOnIssue()` adds each comment, the same too", async () => {
  const from = await lastEventId(app.db);
  const [first, second] = [await commentOnIssue(app, { ...target, body: "Same" }), await commentOnIssue(app, { ...target, body: "Same" })];
  expect(second.comment.id).toBeGreaterThan(first.comment.id);
  expect(await eventsIn(app.db, from)).toMatchObject(
    [first, second].map(({ comment }) => ({
      type: "issue.commented",
      payload: { comment_id: comment.id },
      changes: { comment: { from: null, to: { uid: comment.uid, body: "Same" } } },
    })),
  );
});

test("blank owners, blank comments and labels that are none are refused", async () => {
  await expect(assignIssue(app, { ...target, ref: "zzzz", owner: " " })).rejects.toEqual(refused("validation"));
  await expect(commentOnIssue(app, { ...target, body: "\n\t " })).rejects.toEqual(refused("validation"));
  for (const label of ["", "Bug", "two words", "größe", "a/b", "x".repeat(65)]) {
    await expect(labelIssue(app, { ...target, label })).rejects.toEqual(refused("validation"));
  }
});

describe("a deleted issue is not found by", () => {
  const all: [string, () => Promise<unknown>][] = [
    ["editIssue", () => editIssue(app, { ...target, title: "New" })],
    ["commentOnIssue", () => commentOnIssue(app, { ...target, body: "Hello" })],
    ["labelIssue", () => labelIssue(app, { ...target, label: "bug" })],
    ["unlabelIssue", () => unlabelIssue(app, { ...target, label: "ui" })],
    ["linkIssue", () => linkIssue(app, { ...target, type: "related", to_ref: "zzzz" })],
    ["unlinkIssue", () => unlinkIssue(app, { ...target, link_id: 1 })],
    ["assignIssue", () => assignIssue(app, { ...target, owner: "eve" })],
    ["unassignIssue", () => unassignIssue(app, target)],
    ["prioritizeIssue", () => prioritizeIssue(app, target)],
  ];
  test.each(all)("`%s()`", async (_, verb) => {
    await app.db.transact((tx) => updateIssue(tx, issue.id, { deleted_at: issue.created_at }, issue.updated_at));
    await expect(verb()).rejects.toEqual(refused("issue_not_found"));
    expect(await countLabels(app, target)).toEqual([]);
  });
});

test("writes want the whole short id", async () => {
  const long = issue.uid.slice(-8).toLowerCase();
  await app.db.transact((tx) => updateIssue(tx, issue.id, { short_id: long }, issue.updated_at));
  await expect(unassignIssue(app, target)).rejects.toEqual(refused("issue_not_found"));
  expect(await unassignIssue(app, { ...target, ref: `demo#${long.toUpperCase()}` })).toMatchObject({ changed: false });
});
