import type { CreatedLink } from "./event.ts";

const counted = [
  "created",
  "closed",
  "reopened",
  "commented",
  "edited",
  "assigned",
  "unassigned",
  "priority_set",
  "priority_cleared",
  "labeled",
  "unlabeled",
  "linked",
  "unlinked",
  "unblocked",
  "deleted",
  "restored",
  "other",
] as const;

export type Totals = Record<(typeof counted)[number], number>;

export type DigestIssue = { project_id: number; project_name: string; issue_uid: string; issue_short_id: string; actions: string[] };
export type DigestActor = { actor: string; totals: Totals; issues: DigestIssue[] };

/** What a digest reads of an event; `payload` is JSON text. */
export type DigestEvent = {
  type: string;
  actor: string;
  payload: string;
  project_id: number;
  project_name: string;
  issue_uid: string | null;
  issue_short_id: string | null;
};

/** The kinds of tokens in the order in which they are told (http-api.md §15). */
const ORDER = [
  "created",
  "commented",
  "edited",
  "assigned",
  "unassigned",
  "priority",
  "priority_cleared",
  "labeled",
  "unlabeled",
  "link",
  "unlink",
  "unblock",
  "reopened",
  "closed",
  "deleted",
  "restored",
  "other",
] as const;
type TokenKind = (typeof ORDER)[number];

/** One thing that an event did: the totals that it adds to, and its token. */
type Deed = { counts: readonly (keyof Totals)[]; kind: TokenKind; token: string };

type Payload = {
  reason?: string;
  owner?: string;
  priority?: number;
  label?: string;
  labels?: string[];
  links?: CreatedLink[];
  type?: string;
  from_uid?: string;
  from_short_id?: string;
  to_short_id?: string;
  parent_set?: string;
  parent_removed?: string;
} & Partial<Record<`${"blocks" | "blocked_by" | "related"}_${"added" | "removed"}`, string[]>>;

const plain = (total: keyof Totals, kind: TokenKind, token: string = kind): Deed => ({ counts: [total], kind, token });
const linked = (type: string, peer = ""): Deed => plain("linked", "link", `${type}:${peer}`);

function unlinked(type: string, peer = ""): Deed {
  const counts: (keyof Totals)[] = type === "blocks" ? ["unlinked", "unblocked"] : ["unlinked"];
  return { counts, kind: type === "blocks" ? "unblock" : "unlink", token: `un${type}:${peer}` };
}

/** A link's type as the issue sees it, and its other end. */
function seen(
  { type = "", from_uid, from_short_id, to_short_id }: Payload,
  issueUid: string | null,
): [type: string, peer: string | undefined] {
  if (from_uid === undefined || from_uid === issueUid) return [type, to_short_id];
  return [incoming(type), from_short_id];
}

const incoming = (type: string): string => ({ blocks: "blocked_by", parent: "child" })[type] ?? type;

const deeds: Record<string, (payload: Payload, issueUid: string | null) => Deed[]> = {
  "issue.created": ({ owner, labels = [], links = [] }) => [
    plain("created", "created"),
    ...(owner ? [plain("assigned", "assigned", `assigned:${owner}`)] : []),
    ...labels.map((label) => plain("labeled", "labeled", `labeled:${label}`)),
    ...links.map((link) => linked(link.incoming ? incoming(link.type) : link.type, link.to_short_id)),
  ],
  "issue.commented": () => [plain("commented", "commented")],
  "issue.updated": () => [plain("edited", "edited")],
  "issue.assigned": ({ owner = "" }) => [plain("assigned", "assigned", `assigned:${owner}`)],
  "issue.unassigned": () => [plain("unassigned", "unassigned")],
  "issue.priority_set": ({ priority }) => [plain("priority_set", "priority", `priority:${priority}`)],
  "issue.priority_cleared": () => [plain("priority_cleared", "priority_cleared")],
  "issue.labeled": ({ label = "" }) => [plain("labeled", "labeled", `labeled:${label}`)],
  "issue.unlabeled": ({ label = "" }) => [plain("unlabeled", "unlabeled", `unlabeled:${label}`)],
  "issue.linked": (payload, uid) => [linked(...seen(payload, uid))],
  "issue.unlinked": (payload, uid) => [unlinked(...seen(payload, uid))],
  "issue.links_changed": (payload) => [
    ...(payload.parent_set === undefined ? [] : [linked("parent", payload.parent_set)]),
    ...(payload.parent_removed === undefined ? [] : [unlinked("parent", payload.parent_removed)]),
    ...(["blocks", "blocked_by", "related"] as const).flatMap((role) => [
      ...(payload[`${role}_added`] ?? []).map((peer) => linked(role, peer)),
      ...(payload[`${role}_removed`] ?? []).map((peer) => unlinked(role, peer)),
    ]),
  ],
  "issue.reopened": () => [plain("reopened", "reopened")],
  "issue.closed": ({ reason = "" }) => [plain("closed", "closed", `closed:${reason}`)],
  "issue.soft_deleted": () => [plain("deleted", "deleted")],
  "issue.restored": () => [plain("restored", "restored")],
};

const zero = (): Totals => Object.fromEntries(counted.map((name) => [name, 0])) as Totals;

type Folded = { totals: Totals; issues: Map<string, { issue: DigestIssue; deeds: Deed[] }> };

/** Folds events, oldest first, into what each actor did, in all and issue by issue. */
export function digestOf(events: readonly DigestEvent[]): { event_count: number; totals: Totals; actors: DigestActor[] } {
  const totals = zero();
  const actors = new Map<string, Folded>();
  for (const event of events) {
    const actor = actors.get(event.actor) ?? { totals: zero(), issues: new Map() };
    actors.set(event.actor, actor);
    const done = deeds[event.type]?.(JSON.parse(event.payload) as Payload, event.issue_uid) ?? [plain("other", "other")];
    for (const name of done.flatMap(({ counts }) => counts)) {
      totals[name] += 1;
      actor.totals[name] += 1;
    }
    addToIssue(actor, event, done);
  }
  const told = [...actors].map(([actor, folded]) => ({ actor, totals: folded.totals, issues: issuesOf(folded) }));
  return { event_count: events.length, totals, actors: told.sort((a, b) => compare(a.actor, b.actor)) };
}

function addToIssue({ issues }: Folded, { project_id, project_name, issue_uid, issue_short_id }: DigestEvent, done: Deed[]): void {
  if (issue_uid === null) return;
  const key = `${project_id} ${issue_uid}`;
  const entry = issues.get(key) ?? {
    issue: { project_id, project_name, issue_uid, issue_short_id: issue_short_id ?? "", actions: [] },
    deeds: [],
  };
  entry.deeds.push(...done);
  issues.set(key, entry);
}

function issuesOf({ issues }: Folded): DigestIssue[] {
  const told = [...issues.values()].map(({ issue, deeds: done }) => ({ ...issue, actions: tokensOf(done) }));
  return told.sort((a, b) => a.project_id - b.project_id || compare(a.issue_uid, b.issue_uid));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The tokens in their order, without those that differ in case only; what is counted has its number. */
function tokensOf(done: readonly Deed[]): string[] {
  const tokens = ORDER.flatMap((kind) => {
    const of = done.filter((deed) => deed.kind === kind).map(({ token }) => token);
    if (of.length === 0) return [];
    if (kind === "other") return [`other:${of.length}`];
    return kind === "commented" && of.length > 1 ? [`commented:${of.length}`] : of;
  });
  const lower = tokens.map((token) => token.toLowerCase());
  const first = tokens.filter((_, i) => lower.indexOf(lower[i] ?? "") === i);
  return first.length === 0 ? ["-"] : first;
}
