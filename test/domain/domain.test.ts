import { expect, test } from "bun:test";
import fc from "fast-check";
import type { IssueOut } from "../../src/api/shapes.ts";
import { listIssues, listReadyIssues, showIssue } from "../../src/app/issues.ts";
import { countLabels } from "../../src/app/labels.ts";
import { PEER_ROLES } from "../../src/core/link.ts";
import { freshApp } from "../apps.ts";
import { fuzzOf } from "../fuzz.ts";
import { history } from "./commands.ts";
import type { Model } from "./model.ts";
import { type Pair, pairOf, perform } from "./perform.ts";

const { seconds, params } = fuzzOf("the domain", 5);

test(
  "after every command of any history, the tracker shows what the model has, and refuses what the model refuses",
  async () => {
    const property = fc.asyncProperty(history, async (commands) => {
      await using app = await freshApp({ close_throttle: false });
      const pair = await pairOf(app);
      for (const [i, command] of commands.entries()) {
        const { made, refused } = await perform(pair, command);
        expect({ i, refused: pair.model.do(command, made) }).toEqual({ i, refused });
        for (const project of pair.model.projects) await compare(pair, project);
      }
      for (const uid of pair.model.issues.keys()) await compareShown(pair, uid);
    });
    await fc.assert(property, params);
  },
  (seconds + 60) * 1_000,
);

/** Compares what a project's lists show with what they must. */
async function compare({ app, model, projects }: Pair, uid: string): Promise<void> {
  const project_id = projects.get(uid)?.id ?? 0;
  const listed = await listIssues(app, { project_id });
  const wanted = model.listed(uid);
  expect(listed.map(seen)).toEqual(wanted.map((issue) => expected(model, issue.uid)));
  const ready = await listReadyIssues(app, { project_id });
  expect(ready.map((issue) => issue.uid)).toEqual(wanted.filter((issue) => model.isReady(issue)).map((issue) => issue.uid));
  const counts = new Map<string, number>();
  for (const { labels } of wanted) for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const sorted = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([label, count]) => ({ label, count }));
  expect(await countLabels(app, { project_id })).toEqual(sorted);
}

/** A row of a list, without what differs from run to run. */
function seen(row: IssueOut) {
  const { uid, title, body, status, closed_reason, owner, priority, revision, metadata, labels = [], child_counts } = row;
  const peers = Object.fromEntries(PEER_ROLES.map((role) => [role, (row[role] ?? []).map((peer) => peer.uid)]));
  const hasParent = row.parent_short_id !== undefined;
  return { uid, title, body, status, closed_reason, owner, priority, revision, metadata, labels, child_counts, hasParent, ...peers };
}

/** The same of the model. */
function expected(model: Model, uid: string): ReturnType<typeof seen> {
  const issue = model.issues.get(uid);
  if (!issue) throw new Error(`the model has no ${uid}`);
  const { title, body, status, closed_reason, owner, priority, revision, metadata } = issue;
  const children = model.childrenOf(uid);
  const open = children.filter((child) => child.status === "open").length;
  const labels = [...issue.labels].sort();
  return {
    uid,
    title,
    body,
    status,
    closed_reason,
    owner,
    priority,
    revision,
    metadata,
    labels,
    child_counts: children.length > 0 ? { open, total: children.length } : undefined,
    hasParent: model.parentOf(uid) !== undefined,
    ...Object.fromEntries(PEER_ROLES.map((role) => [role, model.peersOf(uid, role)])),
  };
}

/** Compares what one issue shows with what it must; a deleted one is shown where it is asked for. */
async function compareShown({ app, model, projects }: Pair, uid: string): Promise<void> {
  const issue = model.issues.get(uid);
  if (!issue) throw new Error(`the model has no ${uid}`);
  const project_id = projects.get(issue.project)?.id ?? 0;
  const shown = await showIssue(app, { project_id, ref: uid, include_deleted: true });
  expect("deleted_at" in shown.issue).toBe(issue.deleted);
  expect(shown.comments.map(({ body }) => body)).toEqual(issue.comments);
  expect(shown.labels.map(({ label }) => label)).toEqual([...issue.labels].sort());
  expect(shown.parent?.uid).toBe(model.parentOf(uid));
  expect((shown.children ?? []).map((child) => child.uid)).toEqual(model.childrenOf(uid).map((child) => child.uid));
  const order = [...model.issues.keys()];
  const links = model.linksOf(uid).map(({ from, to, type }) => {
    const isTurned = type === "related" && order.indexOf(from) > order.indexOf(to);
    return isTurned ? { from: to, to: from, type } : { from, to, type };
  });
  expect(shown.links.map(({ from, to, type }) => ({ from: from.uid, to: to.uid, type }))).toEqual(links);
}
