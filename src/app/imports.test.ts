import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { freshApp, type TestApp } from "../../test/apps.ts";
import { eventsIn } from "../../test/events.ts";
import type { Issue } from "../api/shapes.ts";
import type { GivenItem } from "../core/import.ts";
import { lastEventId } from "../store/events.ts";
import { updateIssue } from "../store/issues.ts";
import { importItems } from "./imports.ts";
import { listIssues, showIssue } from "./issues.ts";
import { labelIssue } from "./labels.ts";
import { linkIssue } from "./links.ts";
import { initProject } from "./projects.ts";
import { searchIssues } from "./search.ts";

let app: TestApp;
let project_id: number;
const [T1, T2, T3] = ["2025-01-01T00:00:00.000Z", "2025-02-01T00:00:00.000Z", "2025-03-01T00:00:00.000Z"];
const item = (external_id: string, said: Partial<GivenItem> = {}): GivenItem => ({
  external_id,
  title: `Imported ${external_id}`,
  author: "old",
  status: "open",
  created_at: T1,
  updated_at: T1,
  labels: [],
  comments: [],
  links: [],
  ...said,
});
const bring = (...items: GivenItem[]) => importItems(app, { project_id, actor: "ann", source: "tracker", items });
const newer = (external_id: string, said: Partial<GivenItem> = {}) => item(external_id, { updated_at: "2099-01-01T00:00:00Z", ...said });
const shown = (ref = "") => showIssue(app, { project_id, ref, include_deleted: true });
const idOf = async (ref = ""): Promise<Issue> => (await shown(ref)).issue;
const peersOf = async (ref = "") =>
  (await shown(ref)).links.map(
    ({ type, from, to }) => `${from.short_id === ref ? "" : "from "}${type} ${from.short_id === ref ? to.short_id : from.short_id}`,
  );

beforeEach(async () => {
  app = await freshApp();
  project_id = (await initProject(app, { name: "demo" })).project.id;
});
afterEach(() => app[Symbol.asyncDispose]());

describe("`importItems()`", () => {
  test("makes issues with their own times and authors, tells what each event altered, and indexes their words", async () => {
    const comment = { external_id: "C", author: "carol", body: "Seen on safari", created_at: T2 };
    const closed = { status: "closed", closed_at: T3, closed_reason: "wontfix", created_at: T1, updated_at: T3 } as const;
    const done = await bring(
      item("A", { body: "b", owner: "bob", priority: 1, labels: ["ui", "bug", "ui"], comments: [comment] }),
      item("B", { ...closed, links: [{ type: "parent", target_external_id: "A" }] }),
    );
    expect(done).toMatchObject({ created: 2, updated: 0, unchanged: 0, comments: 1, links: 1, errors: [] });
    const [a, b] = await Promise.all(done.items.map(({ issue_short_id }) => shown(issue_short_id)));
    expect(a).toMatchObject({ issue: { author: "old", created_at: T1, updated_at: T1, owner: "bob", priority: 1 } });
    expect(a?.comments).toMatchObject([{ author: "carol", created_at: T2 }]);
    expect(a?.labels.map(({ label, author, created_at }) => [label, author, created_at])).toEqual([
      ["bug", "ann", T1],
      ["ui", "ann", T1],
    ]);
    expect(b).toMatchObject({
      issue: { status: "closed", closed_reason: "wontfix", closed_at: T3 },
      links: [{ author: "ann", created_at: T3 }],
    });
    const [source, uids] = ["tracker", [a?.issue.uid, b?.issue.uid]];
    expect(await eventsIn(app.db)).toMatchObject([
      {
        type: "issue.created",
        actor: "ann",
        issue_uid: uids[0],
        payload: { source, external_id: "A" },
        changes: {
          title: { from: null, to: "Imported A" },
          body: { from: "", to: "b" },
          owner: { from: null, to: "bob" },
          priority: { from: null, to: 1 },
          author: { from: null, to: "old" },
          created_at: { from: null, to: T1 },
        },
      },
      { type: "issue.created", issue_uid: uids[1], changes: { status: { from: "open", to: "closed" }, closed_at: { from: null, to: T3 } } },
      {
        type: "issue.labeled",
        payload: { source, label: "bug", external_id: "A:label:bug" },
        changes: { labels: { from: [], to: ["bug"] } },
      },
      { type: "issue.labeled", changes: { labels: { from: ["bug"], to: ["bug", "ui"] } } },
      {
        type: "issue.commented",
        payload: { source, external_id: "A", comment_external_id: "C", comment_id: a?.comments[0]?.id },
        changes: { comment: { from: null, to: { uid: a?.comments[0]?.uid, body: "Seen on safari", author: "carol" } } },
      },
      { type: "issue.linked", issue_uid: uids[1], related_issue_uid: uids[0], changes: { parent: { from: null, to: uids[0] } } },
    ]);
    const hits = await searchIssues(app, { project_id, q: "imported safari", limit: 20, include_deleted: false });
    expect(hits.map(({ issue, matched_in }) => [issue.uid, matched_in])).toEqual([[uids[0] ?? "", ["title", "comments"]]]);
  });

  test("changes nothing the second time, except that it takes comments that are new", async () => {
    const links = [{ type: "blocks", target_external_id: "B" }] as const;
    const batch = [item("A", { labels: ["bug"], links, updated_at: T2 }), item("B")];
    await bring(...batch);
    const from = await lastEventId(app.db);
    expect(await bring(...batch)).toMatchObject({ created: 0, updated: 0, unchanged: 2, comments: 0, links: 0 });
    expect(await eventsIn(app.db, from)).toEqual([]);
    const comments = [{ external_id: "C", author: "x", body: "late", created_at: T3 }];
    expect(await bring(item("A", { title: "Older", comments }))).toMatchObject({ unchanged: 1, comments: 1 });
    expect(await bring(item("A", { comments }))).toMatchObject({ unchanged: 1, comments: 0 });
    expect((await listIssues(app, { project_id })).map(({ title }) => title).sort()).toEqual(["Imported A", "Imported B"]);
  });

  test("brings a newer state over: fields, and only those labels and links that came from the source", async () => {
    const [a, b, c] = (
      await bring(
        item("A", {
          body: "b",
          owner: "bob",
          labels: ["one", "two"],
          links: [
            { type: "blocks", target_external_id: "B" },
            { type: "related", target_external_id: "C" },
          ],
        }),
        item("B"),
        item("C", { links: [{ type: "related", target_external_id: "A" }] }),
      )
    ).items.map(({ issue_short_id }) => issue_short_id);
    await labelIssue(app, { project_id, ref: a ?? "", actor: "ann", label: "ours" });
    await linkIssue(app, { project_id, ref: a ?? "", actor: "ann", type: "blocks", to_ref: c ?? "" });
    const done = await bring(newer("A", { title: "New words", status: "closed", closed_at: T3, labels: ["two", "three"] }));
    expect(done).toMatchObject({ updated: 1, links: 0 });
    expect(await shown(a)).toMatchObject({
      issue: { title: "New words", body: "", status: "closed", updated_at: "2099-01-01T00:00:00.000Z" },
      labels: [{ label: "ours" }, { label: "three" }, { label: "two" }],
    });
    expect((await idOf(a)).owner).toBeUndefined();
    // C still says that they are related.
    expect(await peersOf(a)).toEqual([`related ${c}`, `blocks ${c}`]);
    await bring(newer("C"));
    expect(await peersOf(a)).toEqual([`blocks ${c}`]);
    expect(await peersOf(b)).toEqual([]);
    const told = (await eventsIn(app.db)).map(({ type }) => type);
    expect(told.filter((type) => type === "issue.unlinked")).toHaveLength(2);
    expect(told.filter((type) => type === "issue.unlabeled" || type === "issue.closed")).toEqual(["issue.unlabeled"]);
  });

  test("lets a child and its parent change places", async () => {
    const under = (target_external_id: string) => ({ links: [{ type: "parent", target_external_id } as const] });
    const [a, b] = (await bring(item("A", under("B")), item("B"))).items.map(({ issue_short_id }) => issue_short_id);
    await bring(newer("B", under("A")), newer("A"));
    expect(await peersOf(b)).toEqual([`parent ${a}`]);
  });

  test("tells two sources apart", async () => {
    await bring(item("A"));
    const other = await importItems(app, { project_id, actor: "ann", source: "other", items: [item("A")] });
    expect(other.created).toBe(1);
  });

  test("refuses a batch whole, and writes nothing", async () => {
    await bring(item("GONE"), item("TOP"), item("LOW", { links: [{ type: "parent", target_external_id: "TOP" }] }));
    const gone = (await listIssues(app, { project_id })).find(({ title }) => title === "Imported GONE");
    await app.db.transact((tx) => updateIssue(tx, gone?.id ?? 0, { deleted_at: T3 }, T3));
    const from = await lastEventId(app.db);
    const to = (type: "parent" | "blocks", target_external_id: string) => ({ links: [{ type, target_external_id }] });
    const refusals: [GivenItem[], code: string, message: RegExp][] = [
      [[item("X"), item("X")], "validation", /"X"/],
      [[item("X"), item("Y", { title: " " })], "validation", /^items\.1\.title: /],
      [[item("X", { labels: ["Bad One"] })], "validation", /^items\.0\.label/],
      [[item("X", { created_at: "2025-01-01" })], "validation", /^items\.0\.created_at: .*"2025-01-01"/],
      [[item("X", { closed_at: T2 })], "validation", /^items\.0: /],
      [[item("X", { status: "closed" })], "validation", /^items\.0\.closed_at: /],
      [[item("X", to("blocks", "X"))], "validation", /^items\.0\.links\.0: /],
      [[item("X", to("blocks", "NONE"))], "issue_not_found", /"NONE"/],
      [[item("X", to("blocks", "GONE"))], "issue_not_found", /deleted/],
      [[item("X"), newer("GONE")], "issue_not_found", /deleted/],
      [[newer("TOP", to("parent", "LOW"))], "validation", /is below/],
    ];
    for (const [items, code, message] of refusals) {
      await expect(bring(...items)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    }
    expect(await eventsIn(app.db, from)).toEqual([]);
    expect(await listIssues(app, { project_id })).toHaveLength(2);
  });
});
