import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { freshApp, type TestApp } from "../../test/apps.ts";
import { eventsIn } from "../../test/events.ts";
import type { Issue } from "../api/shapes.ts";
import { lastEventId } from "../store/events.ts";
import { findIssue } from "../store/issues.ts";
import { createIssue } from "./create.ts";
import { linkIssue, unlinkIssue } from "./links.ts";
import { initProject } from "./projects.ts";

let app: TestApp;
let project_id: number;
const create = async (title: string): Promise<Issue> =>
  (await createIssue(app, { project_id, actor: "ann", title, labels: [], links: [] })).issue;
const on = (issue: Issue) => ({ project_id, ref: issue.short_id, actor: "bob" });
const refused = (code: string) => expect.objectContaining({ code });

beforeEach(async () => {
  app = await freshApp();
  project_id = (await initProject(app, { name: "demo" })).project.id;
});
afterEach(() => app[Symbol.asyncDispose]());

describe("`linkIssue()`", () => {
  test("replaces a parent with two events, and answers the second", async () => {
    const [child, first, second] = [await create("Child"), await create("First"), await create("Second")];
    await linkIssue(app, { ...on(child), type: "parent", to_ref: first.uid });
    const from = await lastEventId(app.db);
    const { event, link } = await linkIssue(app, { ...on(child), type: "parent", to_ref: second.uid, replace: true });
    expect(event?.type).toBe("issue.linked");
    expect(link.to.uid).toBe(second.uid);
    expect(await eventsIn(app.db, from)).toMatchObject([
      { type: "issue.unlinked", related_issue_uid: first.uid, changes: { parent: { from: first.uid, to: null } } },
      { type: "issue.linked", related_issue_uid: second.uid, changes: { parent: { from: null, to: second.uid } } },
    ]);
  });

  test("touches the issue in the path only, and nothing where the link is there", async () => {
    const [issue, peer] = [await create("One"), await create("Two")];
    app.pass(1_000);
    const { link, changed } = await linkIssue(app, { ...on(peer), type: "related", to_ref: issue.uid });
    expect([changed, link.from.uid]).toEqual([true, issue.uid]);
    const before = [await findIssue(app.db, issue.id), await findIssue(app.db, peer.id)];
    expect(before.map((each) => each?.updated_at)).toEqual(["2026-03-01T12:00:00.000Z", "2026-03-01T12:00:01.000Z"]);
    app.pass(1_000);
    const again = await linkIssue(app, { ...on(issue), type: "related", to_ref: peer.uid });
    expect(again).toMatchObject({ link, event: null, changed: false });
    expect([await findIssue(app.db, issue.id), await findIssue(app.db, peer.id)]).toEqual(before);
  });

  test("refuses a second parent, a circle and a link to itself", async () => {
    const [top, child, other] = [await create("Top"), await create("Child"), await create("Other")];
    await linkIssue(app, { ...on(child), type: "parent", to_ref: top.uid });
    const link = (issue: Issue, to: Issue) => linkIssue(app, { ...on(issue), type: "parent", to_ref: to.uid, replace: issue === top });
    await expect(link(child, other)).rejects.toEqual(refused("parent_already_set"));
    await expect(link(top, child)).rejects.toEqual(refused("validation"));
    await expect(link(top, top)).rejects.toEqual(refused("validation"));
  });
});

describe("`unlinkIssue()`", () => {
  test("removes a child's link from the parent's side", async () => {
    const [top, child] = [await create("Top"), await create("Child")];
    const { link } = await linkIssue(app, { ...on(child), type: "parent", to_ref: top.uid });
    const from = await lastEventId(app.db);
    await unlinkIssue(app, { ...on(top), link_id: link.id });
    const ends = { from_short_id: top.short_id, from_uid: top.uid, to_short_id: child.short_id, to_uid: child.uid };
    expect(await eventsIn(app.db, from)).toEqual([
      {
        type: "issue.unlinked",
        actor: "bob",
        issue_uid: top.uid,
        related_issue_uid: child.uid,
        payload: { link_id: link.id, type: "parent", ...ends },
        changes: { children: { from: [child.uid], to: [] } },
      },
    ]);
  });

  test("changes nothing where the link is gone, and does not find that of others", async () => {
    const [a, b, other] = [await create("A"), await create("B"), await create("Other")];
    const { link } = await linkIssue(app, { ...on(a), type: "blocks", to_ref: b.uid });
    await expect(unlinkIssue(app, { ...on(other), link_id: link.id })).rejects.toEqual(refused("link_not_found"));
    await unlinkIssue(app, { ...on(b), link_id: link.id });
    expect(await unlinkIssue(app, { ...on(other), link_id: link.id })).toMatchObject({ event: null, changed: false });
  });
});
