import { KataError } from "./error.ts";
import type { EventPayloads, LinkType } from "./event.ts";

/** The roles that any number of peers may have, seen from an issue. */
export const PEER_ROLES = ["blocks", "blocked_by", "related"] as const;
export type PeerRole = (typeof PEER_ROLES)[number];

type Member = `${"add" | "remove"}_${PeerRole}`;
/** Links to add and remove, by refs (http-api.md §8.2). */
export type LinksDelta = { set_parent?: string | null | undefined; remove_parent?: string | null | undefined } & {
  [M in Member]?: readonly string[] | undefined;
};

/** Whether there is anything to do. */
export function hasLinks(delta: LinksDelta): boolean {
  const { set_parent, remove_parent } = delta;
  return (
    isGiven(set_parent) || isGiven(remove_parent) || PEER_ROLES.some((role) => added(delta, role).length + removed(delta, role).length > 0)
  );
}

export type Contradiction = { add: "set_parent" | Member; remove: "remove_parent" | Member; ref: string };

/** The first two members that can't both be meant; refs are compared as they are written. */
export function contradictionIn(delta: LinksDelta): Contradiction | undefined {
  const { set_parent, remove_parent } = delta;
  if (isGiven(set_parent) && isGiven(remove_parent)) return { add: "set_parent", remove: "remove_parent", ref: set_parent };
  for (const role of PEER_ROLES) {
    const ref = added(delta, role).find((each) => removed(delta, role).includes(each));
    if (ref !== undefined) return { add: `add_${role}`, remove: `remove_${role}`, ref };
  }
  return undefined;
}

const isGiven = (ref: string | null | undefined): ref is string => ref !== undefined && ref !== null;
const added = (delta: LinksDelta, role: PeerRole) => delta[`add_${role}`] ?? [];
const removed = (delta: LinksDelta, role: PeerRole) => delta[`remove_${role}`] ?? [];

type Named = { id: number; uid: string; short_id: string };

/** Refuses a link from an issue to itself. `member` is where the request names it. */
export function checkEnds(issue: Named, peer: Named, member: string): void {
  if (issue.id === peer.id)
    throw new KataError("validation", `${member}: ${issue.short_id} can't be linked to itself`, { hint: "Name another issue." });
}

/** Refuses a parent that is the issue itself or below it. `above` are the parent's own parent, that one's, and so on. */
export function checkParent(issue: Named, parent: Named, above: readonly number[], member: string): void {
  checkEnds(issue, parent, member);
  if (!above.includes(issue.id)) return;
  throw new KataError("validation", `${member}: ${parent.short_id} is below ${issue.short_id}, so it can't be its parent`, {
    hint: `Take ${parent.short_id} from its parent first, or choose another one.`,
  });
}

export type Peer = { uid: string; short_id: string };
/** What became of an issue's links (`changes` of http-api.md §8.2). */
export type LinkChanges = { parent_set?: Peer; parent_removed?: Peer } & { [M in `${PeerRole}_${"added" | "removed"}`]?: Peer[] };

/** The same as the event tells it: short ids, and beside them the uids. */
export function linksChangedPayload(changes: LinkChanges): EventPayloads["issue.links_changed"] {
  const entries = Object.entries(changes).flatMap(([name, peers]): [string, string | string[]][] =>
    Array.isArray(peers)
      ? [
          [name, peers.map(({ short_id }) => short_id)],
          [`${name}_uids`, peers.map(({ uid }) => uid)],
        ]
      : [
          [name, peers.short_id],
          [`${name}_uid`, peers.uid],
        ],
  );
  return Object.fromEntries(entries);
}

type StoredLink = { type: LinkType; from_id: number; from_uid: string; to_uid: string };

/** An issue's peers by uid, in each role that they have for it. */
export function rolesOf(issueId: number, links: readonly StoredLink[]) {
  const uids = (type: LinkType, outgoing?: boolean) =>
    links
      .filter((link) => link.type === type && (outgoing === undefined || (link.from_id === issueId) === outgoing))
      .map((link) => (link.from_id === issueId ? link.to_uid : link.from_uid));
  return {
    parent: uids("parent", true)[0] ?? null,
    children: uids("parent", false),
    blocks: uids("blocks", true),
    blocked_by: uids("blocks", false),
    related: uids("related"),
  };
}
