import * as v from "valibot";

/** The objects of http-api.md §5, once: replies are typed and documented from here. */

const text = v.string();
const time = v.pipe(v.string(), v.description("UTC, RFC 3339 with milliseconds"));
const may = v.exactOptional;

export const Project = v.object({
  id: v.number(),
  uid: text,
  name: text,
  metadata: v.record(text, v.unknown()),
  revision: v.number(),
  created_at: time,
  deleted_at: may(time),
  stats: may(v.object({ open: v.number(), closed: v.number(), last_event_at: v.nullable(time) })),
});

export const ProjectAlias = v.object({
  id: v.number(),
  project_id: v.number(),
  alias_identity: text,
  alias_kind: text,
  root_path: text,
  created_at: time,
  last_seen_at: time,
});

export const Issue = v.object({
  id: v.number(),
  uid: text,
  project_id: v.number(),
  project_uid: text,
  short_id: text,
  title: text,
  body: text,
  status: v.picklist(["open", "closed"]),
  closed_reason: may(text),
  owner: may(text),
  priority: may(v.number()),
  author: text,
  metadata: v.record(text, v.unknown()),
  revision: v.number(),
  recurrence_id: may(v.number()),
  occurrence_key: may(text),
  created_at: time,
  updated_at: time,
  closed_at: may(time),
  deleted_at: may(time),
});

export const LinkPeer = v.object({ uid: text, short_id: text });

export const IssueOut = v.object({
  ...Issue.entries,
  qualified_id: text,
  labels: may(v.array(text)),
  parent_short_id: may(text),
  child_counts: may(v.object({ open: v.number(), total: v.number() })),
  blocks: may(v.array(LinkPeer)),
  blocked_by: may(v.array(LinkPeer)),
  related: may(v.array(LinkPeer)),
});

export const IssueRef = v.object({ uid: text, short_id: text, qualified_id: text, title: text, status: text });

export const Comment = v.object({ id: v.number(), uid: text, issue_id: v.number(), author: text, body: text, created_at: time });

export const LinkOut = v.object({
  id: v.number(),
  project_id: v.number(),
  from: LinkPeer,
  to: LinkPeer,
  type: v.picklist(["parent", "blocks", "related"]),
  author: text,
  created_at: time,
});

export const IssueLabel = v.object({ issue_id: v.number(), label: text, author: text, created_at: time });

const eventSubjects = {
  issue_id: may(v.number()),
  issue_uid: may(text),
  issue_short_id: may(text),
  related_issue_id: may(v.number()),
  related_issue_uid: may(text),
  related_issue_short_id: may(text),
};

export const Event = v.object({
  id: v.number(),
  uid: text,
  origin_instance_uid: text,
  project_id: v.number(),
  project_uid: text,
  project_name: text,
  ...eventSubjects,
  type: text,
  actor: text,
  payload: v.pipe(v.string(), v.description("JSON text of an object")),
  created_at: time,
});

export const EventEnvelope = v.object({
  event_id: v.number(),
  event_uid: text,
  origin_instance_uid: text,
  type: text,
  project_id: v.number(),
  project_uid: text,
  project_name: text,
  ...eventSubjects,
  actor: text,
  payload: v.unknown(),
  created_at: time,
});

export const Mutation = v.object({
  issue: Issue,
  event: v.nullable(Event),
  original_event: may(Event),
  changed: v.boolean(),
  reused: may(v.literal(true)),
});

export const Recurrence = v.object({
  id: v.number(),
  uid: text,
  project_id: v.number(),
  rrule: text,
  dtstart: text,
  timezone: text,
  template_title: text,
  template_body: text,
  template_owner: may(text),
  template_priority: may(v.number()),
  template_labels: v.array(text),
  template_metadata: v.record(text, v.unknown()),
  next_occurrence_key: may(text),
  last_materialized_uid: may(text),
  author: text,
  revision: v.number(),
  created_at: time,
  updated_at: time,
  deleted_at: may(time),
});

export const PurgeLog = v.object({
  id: v.number(),
  uid: text,
  origin_instance_uid: text,
  project_id: v.number(),
  purged_issue_id: v.number(),
  issue_uid: may(text),
  project_uid: may(text),
  project_name: text,
  short_id: may(text),
  issue_title: text,
  issue_author: text,
  comment_count: v.number(),
  link_count: v.number(),
  label_count: v.number(),
  event_count: v.number(),
  events_deleted_min_id: may(v.number()),
  events_deleted_max_id: may(v.number()),
  purge_reset_after_event_id: may(v.number()),
  actor: text,
  reason: may(text),
  purged_at: time,
});

export const TokenOut = v.object({
  id: v.number(),
  actor: text,
  name: v.nullable(text),
  created_at: time,
  last_used_at: v.nullable(time),
  revoked_at: v.nullable(time),
  expires_at: may(time),
  read_only: may(v.literal(true)),
  state: v.picklist(["live", "expired", "revoked"]),
});

export type Project = v.InferOutput<typeof Project>;
export type ProjectAlias = v.InferOutput<typeof ProjectAlias>;
export type Issue = v.InferOutput<typeof Issue>;
export type IssueOut = v.InferOutput<typeof IssueOut>;
export type LinkPeer = v.InferOutput<typeof LinkPeer>;
export type IssueRef = v.InferOutput<typeof IssueRef>;
export type Comment = v.InferOutput<typeof Comment>;
export type LinkOut = v.InferOutput<typeof LinkOut>;
export type IssueLabel = v.InferOutput<typeof IssueLabel>;
export type Event = v.InferOutput<typeof Event>;
export type EventEnvelope = v.InferOutput<typeof EventEnvelope>;
export type Mutation = v.InferOutput<typeof Mutation>;
export type Recurrence = v.InferOutput<typeof Recurrence>;
export type PurgeLog = v.InferOutput<typeof PurgeLog>;
export type TokenOut = v.InferOutput<typeof TokenOut>;
