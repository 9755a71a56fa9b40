import type { Evidence } from "./evidence.ts";
import { parseJson } from "./json.ts";

type Peers<Name extends string> = { [K in Name | `${Name}_uids`]?: string[] };
type LinkEnds = { link_id: number; type: LinkType; from_short_id: string; from_uid: string; to_short_id: string; to_uid: string };
type Source = { source: string; external_id: string };
type TokenFacts = { token_id: number; actor: string; name?: string };
type Diff = { diff: Record<string, { from: unknown; to: unknown }>; revision_new: number };

export type LinkType = "parent" | "blocks" | "related";
export type CreatedLink = { type: LinkType; to_short_id: string; to_issue_uid: string; incoming?: true };

/** What each event says (data-model.md §4). One entry per type: the whole vocabulary is here. */
export type EventPayloads = {
  "issue.created": {
    labels?: string[];
    links?: CreatedLink[];
    owner?: string;
    priority?: number;
    idempotency_key?: string;
    idempotency_fingerprint?: string;
    title?: string;
    body?: string;
    recurrence_uid?: string;
    occurrence_key?: string;
  } & Partial<Source>;
  "issue.updated": Partial<Source>;
  "issue.commented": { comment_id: number; comment_external_id?: string } & Partial<Source>;
  "issue.closed": { reason: string; message?: string; evidence?: Evidence[]; parent_uid: string; parent_short_id: string };
  "issue.reopened": Record<never, never>;
  "issue.assigned": { owner: string };
  "issue.unassigned": Record<never, never>;
  "issue.priority_set": { priority: number; old_priority?: number };
  "issue.priority_cleared": { old_priority: number };
  "issue.labeled": { label: string } & Partial<Source>;
  "issue.unlabeled": { label: string } & Partial<Source>;
  "issue.linked": LinkEnds & { source?: string };
  "issue.unlinked": LinkEnds & { source?: string };
  "issue.links_changed": {
    parent_set?: string;
    parent_set_uid?: string;
    parent_removed?: string;
    parent_removed_uid?: string;
  } & Peers<"blocks_added"> &
    Peers<"blocks_removed"> &
    Peers<"blocked_by_added"> &
    Peers<"blocked_by_removed"> &
    Peers<"related_added"> &
    Peers<"related_removed">;
  "issue.soft_deleted": Record<never, never>;
  "issue.restored": Record<never, never>;
  "issue.metadata_updated": Diff;
  "issue.moved": { issue_uid: string; from_project_uid: string; from_short_id: string; to_project_uid: string; to_short_id: string };
  "project.metadata_updated": Diff;
  "project.removed": { alias_count: number; open_issues: number; force?: true };
  "project.alias_removed": { alias_identity: string; alias_kind: string; was_last?: true; force?: true };
  "recurrence.created": {
    recurrence_uid: string;
    rrule: string;
    dtstart: string;
    timezone: string;
    template_title: string;
    template_body: string;
  };
  "recurrence.updated": { recurrence_uid: string } & Diff;
  "recurrence.deleted": { recurrence_uid: string };
  "recurrence.materialized": { recurrence_uid: string; occurrence_key: string; issue_uid: string };
  "recurrence.materialization_skipped": {
    recurrence_uid: string;
    occurrence_key: string;
    existing_issue_uid: string;
    reason: "already_exists";
  };
  "token.created": TokenFacts & { read_only?: true; expires_at?: string; replaces?: number };
  "token.revoked": TokenFacts;
  "close.throttled": { reason: "sibling-burst" | "duplicate-message"; parent: string; cohort?: string[]; prior?: string };
};

export type EventType = keyof EventPayloads;

/** What the change altered: each column or collection, before and after. Kept beside the payload, never on the wire. */
export type Changes = Record<string, { from: unknown; to: unknown }>;

/** The members of two states that differ. */
export function changesBetween<T extends Readonly<Record<string, unknown>>>(before: T, after: T): Changes {
  const differ = Object.keys(after).filter((name) => JSON.stringify(before[name] ?? null) !== JSON.stringify(after[name] ?? null));
  return Object.fromEntries(differ.map((name) => [name, { from: before[name] ?? null, to: after[name] ?? null }]));
}

type Named = { id: number; uid: string; short_id: string };

/** An event as a use case reports it. */
export type NewEvent = {
  [T in EventType]: {
    type: T;
    project: { id: number; uid: string; name: string };
    issue?: Named;
    related?: Named;
    actor: string;
    payload: EventPayloads[T];
    changes?: Changes;
  };
}[EventType];

/** An event as it is stored and read, with its subjects' present short ids. */
export type StoredEvent = {
  id: number;
  uid: string;
  origin_instance_uid: string;
  project_id: number;
  project_uid: string;
  project_name: string;
  issue_id: number | null;
  issue_uid: string | null;
  issue_short_id: string | null;
  related_issue_id: number | null;
  related_issue_uid: string | null;
  related_issue_short_id: string | null;
  type: string;
  actor: string;
  /** JSON text of an object. */
  payload: string;
  created_at: string;
};

type Subjects = {
  issue_id?: number;
  issue_uid?: string;
  issue_short_id?: string;
  related_issue_id?: number;
  related_issue_uid?: string;
  related_issue_short_id?: string;
};

/** `Event` of http-api.md §5, inside the replies to changes: `payload` is JSON text. */
export type WireEvent = Omit<StoredEvent, keyof Subjects> & Subjects;

/** `EventEnvelope` of http-api.md §5, polled and streamed: other names for the ids, and `payload` is an object. */
export type EventEnvelope = Omit<WireEvent, "id" | "uid" | "payload"> & { event_id: number; event_uid: string; payload: unknown };

export function toWireEvent(event: StoredEvent): WireEvent {
  const { id, uid, origin_instance_uid, project_id, project_uid, project_name, type, actor, payload, created_at } = event;
  return { id, uid, origin_instance_uid, project_id, project_uid, project_name, ...subjects(event), type, actor, payload, created_at };
}

export function toEnvelope(event: StoredEvent): EventEnvelope {
  const { id, uid, origin_instance_uid, type, project_id, project_uid, project_name, actor, payload, created_at } = event;
  return {
    event_id: id,
    event_uid: uid,
    origin_instance_uid,
    type,
    project_id,
    project_uid,
    project_name,
    ...subjects(event),
    actor,
    payload: parseJson(payload),
    created_at,
  };
}

function subjects(event: StoredEvent): Subjects {
  return {
    ...(event.issue_id !== null && { issue_id: event.issue_id }),
    ...(event.issue_uid !== null && { issue_uid: event.issue_uid }),
    ...(event.issue_short_id !== null && { issue_short_id: event.issue_short_id }),
    ...(event.related_issue_id !== null && { related_issue_id: event.related_issue_id }),
    ...(event.related_issue_uid !== null && { related_issue_uid: event.related_issue_uid }),
    ...(event.related_issue_short_id !== null && { related_issue_short_id: event.related_issue_short_id }),
  };
}
