import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { freshApp, type TestApp } from "../../test/apps.ts";
import { eventsIn } from "../../test/events.ts";
import type { Issue } from "../api/shapes.ts";
import { tokensOf } from "../core/similarity.ts";
import { lastEventId } from "../store/events.ts";
import { findIssue, updateIssue } from "../store/issues.ts";
import { issuesWithTitleLike } from "../store/title-tokens.ts";
import { commentOnIssue } from "./comments.ts";
import { createIssue } from "./create.ts";
import { type EditInput, editIssue } from "./edit.ts";
import { initProject } from "./projects.ts";
import { searchIssues } from "./search.ts";

let app: TestApp;
let project_id: number;
const create = async (title: string): Promise<Issue> =>
  (await createIssue(app, { project_id, actor: "ann", title, labels: [], links: [] })).issue;
const edit = (issue: Issue, input: Omit<EditInput, "project_id" | "ref" | "actor">) =>
  editIssue(app, { project_id, ref: issue.short_id, actor: "bob", ...input });
const refused = (code: string) => expect.objectContaining({ code });

beforeEach(async () => {
  app = await freshApp();
  project_id = (await initProject(app, { name: "demo" })).project.id;
});
afterEach(() => app[Symbol.asyncDispose]());

describe("`editIssue()`", () => {
  test("tells fields, priority and links in this order, each with what it altered", async () => {
    const [issue, peer] = [await create("Old"), await create("Peer")];
    const from = await lastEventId(app.db);
    app.pass(1_000);
    const edited = await edit(issue, { title: "New", owner: "eve", set_priority: 2, links_delta: { add_blocked_by: [peer.uid] } });
    expect(edited.issue).toMatchObject({ title: "New", owner: "eve", priority: 2, revision: 1, updated_at: "2026-03-01T12:00:01.000Z" });
    expect(edited.events?.map(({ type }) => type)).toEqual(["issue.updated", "issue.priority_set", "issue.links_changed"]);
    const ours = { actor: "bob", issue_uid: issue.uid, related_issue_uid: null };
    expect(await eventsIn(app.db, from)).toEqual([
      { ...ours, type: "issue.updated", payload: {}, changes: { title: { from: "Old", to: "New" }, owner: { from: null, to: "eve" } } },
      { ...ours, type: "issue.priority_set", payload: { priority: 2 }, changes: { priority: { from: null, to: 2 } } },
      {
        ...ours,
        related_issue_uid: peer.uid,
        type: "issue.links_changed",
        payload: { blocked_by_added: [peer.short_id], blocked_by_added_uids: [peer.uid] },
        changes: { blocked_by: { from: [], to: [peer.uid] } },
      },
    ]);
  });

  test("leaves everything as it is when nothing really changes", async () => {
    const [issue, peer] = [await create("Same"), await create("Peer")];
    await edit(issue, { owner: "eve", set_priority: 0, links_delta: { set_parent: peer.short_id } });
    const [before, from] = [await findIssue(app.db, issue.id), await lastEventId(app.db)];
    app.pass(1_000);
    const links_delta = { set_parent: peer.uid, remove_blocks: ["zzzz", peer.uid] };
    const edited = await edit(issue, { title: "Same", body: "", owner: "eve", set_priority: 0, links_delta });
    expect(edited).toEqual({ issue: before as Issue, event: null, changed: false, changes: {} });
    expect(await eventsIn(app.db, from)).toEqual([]);
  });

  test("is found by its new words only, and still by its comments", async () => {
    const issue = await create("Login broken");
    await commentOnIssue(app, { project_id, ref: issue.short_id, actor: "ann", body: "on firefox" });
    await edit(issue, { title: "Logout fails", body: "since monday" });
    const found = async (q: string) =>
      (await searchIssues(app, { project_id, q, limit: 20, include_deleted: false })).map(({ matched_in }) => matched_in);
    expect(await found("logout")).toEqual([["title"]]);
    expect(await found("monday")).toEqual([["body"]]);
    expect(await found("firefox")).toEqual([["comments"]]);
    expect(await found("login")).toEqual([]);
    const alike = (title: string) => issuesWithTitleLike(app.db, project_id, tokensOf(title), 0.5);
    expect(await alike("Login broken")).toEqual([]);
    expect(await alike("Logout fails")).toHaveLength(1);
  });

  test("replaces a parent, and tells both", async () => {
    const [issue, first, second] = [await create("Child"), await create("First"), await create("Second")];
    await edit(issue, { links_delta: { set_parent: first.short_id } });
    const from = await lastEventId(app.db);
    const { changes } = await edit(issue, { links_delta: { set_parent: second.short_id } });
    expect(changes).toEqual({
      parent_set: { uid: second.uid, short_id: second.short_id },
      parent_removed: { uid: first.uid, short_id: first.short_id },
    });
    expect(await eventsIn(app.db, from)).toMatchObject([
      { related_issue_uid: null, changes: { parent: { from: first.uid, to: second.uid } } },
    ]);
  });

  test("refuses a parent below the issue, at any depth, and changes nothing else then", async () => {
    const [top, middle, leaf] = [await create("Top"), await create("Middle"), await create("Leaf")];
    await edit(middle, { links_delta: { set_parent: top.short_id } });
    await edit(leaf, { links_delta: { set_parent: middle.short_id } });
    const from = await lastEventId(app.db);
    const attempt = edit(top, { title: "Other", links_delta: { set_parent: leaf.short_id } });
    await expect(attempt).rejects.toThrow(`${leaf.short_id} is below ${top.short_id}`);
    expect(await eventsIn(app.db, from)).toEqual([]);
    expect(await findIssue(app.db, top.id)).toMatchObject({ title: "Top" });
  });

  test("compares refs of one role by the issues that they name", async () => {
    const [issue, peer] = [await create("One"), await create("Two")];
    const links_delta = { add_related: [peer.uid], remove_related: [`demo#${peer.short_id}`] };
    await expect(edit(issue, { links_delta })).rejects.toEqual(refused("validation"));
  });

  test("takes a link away from a deleted issue, but adds none to it", async () => {
    const [issue, peer] = [await create("One"), await create("Two")];
    await edit(issue, { links_delta: { add_blocks: [peer.uid], set_parent: peer.uid } });
    await app.db.transact((tx) => updateIssue(tx, peer.id, { deleted_at: "2026-03-01T12:00:00.000Z" }, peer.updated_at));
    await expect(edit(issue, { links_delta: { add_related: [peer.uid] } })).rejects.toEqual(refused("issue_not_found"));
    const { changes } = await edit(issue, { links_delta: { remove_blocks: [peer.uid], remove_parent: peer.uid } });
    expect(Object.keys(changes ?? {})).toEqual(["parent_removed", "blocks_removed"]);
  });

  const refusals: [string, Parameters<typeof edit>[1], string][] = [
    ["nothing", {}, "validation"],
    ["null members", { title: null, clear_priority: false, links_delta: { set_parent: null, add_blocks: [] } }, "validation"],
    ["a blank title", { title: " \t" }, "validation"],
    ["both priorities", { set_priority: 1, clear_priority: true }, "validation"],
    ["a parent to set and to remove", { links_delta: { set_parent: "abc4", remove_parent: "abc4" } }, "validation"],
    ["a parent to remove that is none", { links_delta: { remove_parent: "abc4" } }, "parent_mismatch"],
    ["a peer that is not there", { links_delta: { add_blocks: ["zzzz"] } }, "issue_not_found"],
    ["a peer without a name", { links_delta: { add_blocks: [""] } }, "issue_not_found"],
  ];
  test.each(refusals)("refuses %s", async (_, input, code) => {
    const issue = await create("One");
    await expect(edit(issue, input)).rejects.toEqual(refused(code));
  });
});
