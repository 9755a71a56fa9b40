import type { Issue } from "../api/shapes.ts";
import { KataError } from "../core/error.ts";
import {
  checkEnds,
  checkParent,
  contradictionIn,
  type LinkChanges,
  linksChangedPayload,
  type LinksDelta,
  type Peer,
  PEER_ROLES,
  type PeerRole,
} from "../core/link.ts";
import { findIssue, findIssueAt, issueAt, updateIssue } from "../store/issues.ts";
import { ancestorIdsOf, deleteLink, findLink, findParentLink, insertLink } from "../store/links.ts";
import type { IssueChange } from "./change-issue.ts";
import { watchLinks } from "./links.ts";

type Peers = Record<PeerRole, Issue[]>;
/** A delta whose refs were looked up. */
type Found = { parent: Issue | undefined; former: Issue | undefined; added: Peers; removed: Peers };

/** Changes an issue's links within a change, tells what really changed in one event, and gives it (data-model.md §7). */
export async function editLinks(change: IssueChange, delta: LinksDelta): Promise<LinkChanges> {
  const { tx, now, issue, tell } = change;
  const found = await look(change, delta);
  const touched = new Map<number, Issue>();
  const { result, changes } = await watchLinks(tx, issue.id, () => apply(change, delta, found, touched));
  if (touched.size === 0) return result;
  await updateIssue(tx, issue.id, {}, now);
  const [related] = touched.size === 1 ? touched.values() : [];
  await tell({ type: "issue.links_changed", payload: linksChangedPayload(result), changes, ...(related && { related }) });
  return result;
}

/** Looks up the refs: what is added must be there, what is removed need not. */
async function look({ tx, project, issue }: IssueChange, delta: LinksDelta): Promise<Found> {
  refuse(contradictionIn(delta));
  const parent = isGiven(delta.set_parent) ? await issueAt(tx, project, delta.set_parent) : undefined;
  if (parent) checkEnds(issue, parent, "links_delta.set_parent");
  const former = isGiven(delta.remove_parent) ? await findIssueAt(tx, project, delta.remove_parent) : undefined;
  const added: Peers = { blocks: [], blocked_by: [], related: [] };
  const removed: Peers = { blocks: [], blocked_by: [], related: [] };
  for (const role of PEER_ROLES) {
    for (const ref of delta[`add_${role}`] ?? []) {
      const peer = await issueAt(tx, project, ref);
      checkEnds(issue, peer, `links_delta.add_${role}`);
      added[role].push(peer);
    }
    for (const ref of delta[`remove_${role}`] ?? []) {
      const peer = await findIssueAt(tx, project, ref);
      if (peer) removed[role].push(peer);
    }
    const both = added[role].find(({ id }) => removed[role].some((peer) => peer.id === id));
    refuse(both && { add: `add_${role}`, remove: `remove_${role}`, ref: both.short_id });
  }
  return { parent, former, added, removed };
}

const isGiven = (ref: string | null | undefined): ref is string => ref !== undefined && ref !== null;

function refuse(contradiction: ReturnType<typeof contradictionIn>): void {
  if (!contradiction) return;
  const { add, remove, ref } = contradiction;
  const message =
    add === "set_parent"
      ? "links_delta: set_parent and remove_parent can't be sent together"
      : `links_delta: ${JSON.stringify(ref)} stands in ${add} and in ${remove}`;
  throw new KataError("validation", message, {
    hint: add === "set_parent" ? "set_parent alone replaces the parent." : "Leave it out of one.",
  });
}

async function apply(change: IssueChange, delta: LinksDelta, found: Found, touched: Map<number, Issue>): Promise<LinkChanges> {
  const changes: LinkChanges = {};
  const touch = (peer: Issue): Peer => {
    touched.set(peer.id, peer);
    return { uid: peer.uid, short_id: peer.short_id };
  };
  if (found.parent) await setParent(change, found.parent, changes, touch);
  if (isGiven(delta.remove_parent)) await removeParent(change, delta.remove_parent, found.former, changes, touch);
  for (const role of PEER_ROLES) await addPeers(change, role, found.added[role], changes, touch);
  for (const role of PEER_ROLES) await removePeers(change, role, found.removed[role], changes, touch);
  return changes;
}

type Touch = (peer: Issue) => Peer;

async function setParent({ tx, now, issue, actor: author }: IssueChange, parent: Issue, changes: LinkChanges, touch: Touch): Promise<void> {
  const present = await findParentLink(tx, issue.id);
  if (present?.to_id === parent.id) return;
  checkParent(issue, parent, await ancestorIdsOf(tx, parent.id), "links_delta.set_parent");
  changes.parent_set = touch(parent);
  if (present) {
    await deleteLink(tx, present.id);
    changes.parent_removed = touch((await findIssue(tx, present.to_id)) as Issue);
  }
  await insertLink(tx, { from_issue_id: issue.id, to_issue_id: parent.id, type: "parent", author, created_at: now });
}

async function removeParent(
  { tx, issue }: IssueChange,
  ref: string,
  former: Issue | undefined,
  changes: LinkChanges,
  touch: Touch,
): Promise<void> {
  const present = await findParentLink(tx, issue.id);
  if (!present || !former || present.to_id !== former.id) {
    const has = present ? `its parent is ${present.to_short_id}` : "it has none";
    throw new KataError("parent_mismatch", `${JSON.stringify(ref)} is not the parent of ${issue.short_id}: ${has}.`, {
      hint: `\`kata show ${issue.short_id}\` shows its links.`,
    });
  }
  await deleteLink(tx, present.id);
  changes.parent_removed = touch(former);
}

async function addPeers(
  { tx, now, issue, actor: author }: IssueChange,
  role: PeerRole,
  peers: readonly Issue[],
  changes: LinkChanges,
  touch: Touch,
): Promise<void> {
  for (const peer of peers) {
    const { from, to, type } = endsOf(role, issue, peer);
    const row = { from_issue_id: from.id, to_issue_id: to.id, type, author, created_at: now };
    if ((await insertLink(tx, row)) !== undefined) (changes[`${role}_added`] ??= []).push(touch(peer));
  }
}

async function removePeers(
  { tx, issue }: IssueChange,
  role: PeerRole,
  peers: readonly Issue[],
  changes: LinkChanges,
  touch: Touch,
): Promise<void> {
  for (const peer of peers) {
    const { from, to, type } = endsOf(role, issue, peer);
    const link = await findLink(tx, from.id, to.id, type);
    if (!link) continue;
    await deleteLink(tx, link.id);
    (changes[`${role}_removed`] ??= []).push(touch(peer));
  }
}

function endsOf(role: PeerRole, issue: Issue, peer: Issue) {
  if (role === "blocked_by") return { from: peer, to: issue, type: "blocks" } as const;
  return { from: issue, to: peer, type: role } as const;
}
