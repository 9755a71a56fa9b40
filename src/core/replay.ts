import { type Changes, changesBetween } from "./event.ts";

export type CommentState = { uid: string; author: string; body: string; created_at: string };

/**
 * An issue as its events tell it. What is not in it follows from the change itself: revisions, `updated_at`, and short ids,
 * which merging projects lengthens. Lists are sorted, and links are told at both of their ends, by uid.
 */
export type IssueState = {
  uid: string;
  project_uid: string;
  title: string | null;
  body: string;
  status: string;
  closed_reason: string | null;
  closed_at: string | null;
  owner: string | null;
  priority: number | null;
  author: string | null;
  created_at: string | null;
  deleted_at: string | null;
  metadata: unknown;
  recurrence_uid: string | null;
  occurrence_key: string | null;
  labels: readonly string[];
  parent: string | null;
  children: readonly string[];
  blocks: readonly string[];
  blocked_by: readonly string[];
  related: readonly string[];
  comments: readonly CommentState[];
};

/** A recurrence as its events tell it: its columns, by name. */
export type RecurrenceState = Readonly<Record<string, unknown>> & { uid: string; project_uid: string };

/** What there was at some point of the log. Projects, their aliases and tokens are no part of it: their events do not tell all of them. */
export type State = { issues: ReadonlyMap<string, IssueState>; recurrences: ReadonlyMap<string, RecurrenceState> };

/** What replaying needs of an event. */
export type Recorded = {
  type: string;
  project_uid: string;
  issue_uid: string | null;
  payload: { recurrence_uid?: string };
  /** Null where it altered nothing, or was written by a tracker that does not keep it. */
  changes: Changes | null;
};

export const NOTHING: State = { issues: new Map(), recurrences: new Map() };

type Columns = Omit<IssueState, "uid" | "project_uid" | "comments">;

/** What an issue is before its creation tells anything of it. */
const BLANK: Columns = {
  title: null,
  body: "",
  status: "open",
  closed_reason: null,
  closed_at: null,
  owner: null,
  priority: null,
  author: null,
  created_at: null,
  deleted_at: null,
  metadata: {},
  recurrence_uid: null,
  occurrence_key: null,
  labels: [],
  parent: null,
  children: [],
  blocks: [],
  blocked_by: [],
  related: [],
};

/** The changes that a creation tells. */
export function changesOfNew(issue: { [K in keyof Columns]?: Columns[K] | undefined }): Changes {
  return changesBetween<Record<string, unknown>>(BLANK, issue);
}

/** The state after an event. */
export function apply(state: State, event: Recorded): State {
  return replay([event], state);
}

/** The state before an event: the inverse of `apply`. */
export function undo(state: State, event: Recorded): State {
  const draft = draftOf(state);
  alter(draft, event, "from");
  return draft;
}

/** The state after events, from the oldest on. */
export function replay(events: Iterable<Recorded>, state: State = NOTHING): State {
  const draft = draftOf(state);
  for (const event of events) alter(draft, event, "to");
  return draft;
}

type Side = "from" | "to";
type Draft = { issues: Map<string, IssueState>; recurrences: Map<string, RecurrenceState> };

const draftOf = ({ issues, recurrences }: State): Draft => ({ issues: new Map(issues), recurrences: new Map(recurrences) });

/** Makes the state as it was on one side of an event. */
function alter(state: Draft, event: Recorded, side: Side): void {
  const { type, changes, issue_uid, payload } = event;
  if (changes === null) return;
  if (type.startsWith("recurrence.") && payload.recurrence_uid !== undefined) alterRecurrence(state, event, payload.recurrence_uid, side);
  else if (type.startsWith("issue.") && issue_uid !== null) alterIssue(state, event, issue_uid, side);
}

function alterRecurrence({ recurrences }: Draft, { type, project_uid, changes }: Recorded, uid: string, side: Side): void {
  const isNew = type === "recurrence.created";
  if (isNew && side === "from") return void recurrences.delete(uid);
  const before = isNew ? { uid, project_uid } : recurrences.get(uid);
  if (before) recurrences.set(uid, { ...before, ...valuesOf(changes ?? {}, side) });
}

const valuesOf = (changes: Changes, side: Side) =>
  Object.fromEntries(Object.entries(changes).map(([name, change]) => [name, change[side]]));

function alterIssue(state: Draft, { type, project_uid, changes }: Recorded, uid: string, side: Side): void {
  const { issues } = state;
  const isNew = type === "issue.created";
  if (isNew && side === "to") issues.set(uid, { ...BLANK, uid, project_uid, comments: [] });
  for (const [name, change] of Object.entries(changes ?? {})) {
    const [before, after] = side === "to" ? [change.from, change.to] : [change.to, change.from];
    setMember(state, uid, { name, before, after });
  }
  if (isNew && side === "from") issues.delete(uid);
}

type Step = { name: string; before: unknown; after: unknown };

function setMember(state: Draft, uid: string, { name, before, after }: Step): void {
  const issue = state.issues.get(uid);
  if (!issue) return;
  const set = (members: Partial<IssueState>) => void state.issues.set(uid, { ...issue, ...members });
  if (isRole(name)) relink(state, uid, name, { before: listOf(before), after: listOf(after) });
  else if (name === "labels") set({ labels: withoutAndWith(issue.labels, listOf(before), listOf(after)) });
  else if (name === "comment") set({ comments: commentsWith(issue.comments, before, after) });
  else if (name === "recurrence") setRecurrence(state, after as { uid: string });
  else if (name === "project_uid" || Object.hasOwn(BLANK, name)) set({ [name]: after });
}

function commentsWith(comments: readonly CommentState[], before: unknown, after: unknown): readonly CommentState[] {
  const gone = (before as CommentState | null)?.uid;
  const left = comments.filter(({ uid }) => uid !== gone);
  return after === null ? left : [...left, after as CommentState];
}

/** What closing an issue made of the recurrence that it belongs to. */
function setRecurrence({ recurrences }: Draft, members: { uid: string }): void {
  const recurrence = recurrences.get(members.uid);
  if (recurrence) recurrences.set(members.uid, { ...recurrence, ...members });
}

/** Each role that a peer may have for an issue, and the one that the issue has for the peer. */
const MIRRORED = { parent: "children", children: "parent", blocks: "blocked_by", blocked_by: "blocks", related: "related" } as const;
type Role = keyof typeof MIRRORED;

const isRole = (name: string): name is Role => Object.hasOwn(MIRRORED, name);

/** Only what differs is linked and unlinked: events about peers that were purged since are gone, and so are the peers. */
function relink({ issues }: Draft, uid: string, role: Role, { before, after }: { before: string[]; after: string[] }): void {
  for (const peer of before.filter((each) => !after.includes(each))) {
    setPeer(issues, uid, role, peer, false);
    setPeer(issues, peer, MIRRORED[role], uid, false);
  }
  for (const peer of after.filter((each) => !before.includes(each) && issues.has(each))) {
    setPeer(issues, uid, role, peer, true);
    setPeer(issues, peer, MIRRORED[role], uid, true);
  }
}

function setPeer(issues: Map<string, IssueState>, uid: string, role: Role, peer: string, isLinked: boolean): void {
  const issue = issues.get(uid);
  if (!issue) return;
  const peers = withoutAndWith(listOf(issue[role]), [peer], isLinked ? [peer] : []);
  issues.set(uid, { ...issue, [role]: role === "parent" ? (peers[0] ?? null) : peers });
}

const withoutAndWith = (list: readonly string[], before: readonly string[], after: readonly string[]): string[] =>
  [...new Set([...list.filter((each) => !before.includes(each)), ...after])].sort();

/** The uids of a role, which for a parent is one or none. */
const listOf = (value: unknown): string[] => (value === null || value === undefined ? [] : [value].flat().map(String));
