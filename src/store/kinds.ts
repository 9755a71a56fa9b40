import { type Column, columnsOf } from "./columns.ts";
import type { Dialect } from "./db.ts";
import {
  all,
  always,
  fromIssue,
  hasFormerName,
  ofEvent,
  ofIssue,
  ofLink,
  ofMapping,
  ofNoProject,
  ofProject,
  type Scope,
} from "./scopes.ts";
import { raw, type Sql, sql } from "./sql.ts";

/** A kind of record of the JSONL format (data-model.md §13). What is written and what is read both follow from it. */
export type Kind = {
  name: string;
  table: string;
  columns: readonly Column[];
  /** Which rows are exported. */
  where(scope: Scope): Sql;
  /** The original does not know it: a compatible file has none. */
  ours: boolean;
  /** It is of the whole database, and no project brings it along. */
  whole: boolean;
  /** What becomes of a record: a row; a row in place of one that is there; columns of a row that is there; what a table's ids go on from. */
  put: "insert" | "upsert" | "update" | "sequence";
  /** What records of this kind are ordered by. */
  key: readonly string[];
  /** What it is read from, where that is no table of ours. */
  from?(dialect: Dialect): Sql;
};

type More = Partial<Pick<Kind, "put" | "key" | "from" | "whole">> & { columns?: Readonly<Record<string, Partial<Column>>> };

const kind = (name: string, table: string, members: string, where: Kind["where"], { columns, ...more }: More = {}): Kind => ({
  name,
  table,
  columns: columnsOf(table, members, columns),
  where,
  ours: false,
  whole: false,
  put: "insert",
  key: ["id"],
  ...more,
});

/** What the original does not know comes in records of its own, so that the rest is as it writes it. */
const own = (...given: Parameters<typeof kind>): Kind => ({ ...kind(...given), ours: true });

/** The version of the format that the original writes. Ours is the same, with further kinds. */
export const EXPORT_VERSION = 10;

const PROJECT = "id uid name created_at deleted_at? metadata revision";
const EVENT =
  "id uid origin_instance_uid project_id project_name issue_id* issue_uid* related_issue_id* related_issue_uid* type actor payload created_at idempotency_key?";
const event: More = {
  columns: {
    related_issue_id: { read: fromIssue("events.related_issue_id", "shown.id") },
    related_issue_uid: { read: fromIssue("events.related_issue_id", "events.related_issue_uid") },
    idempotency_key: { only: "kept" },
  },
};

const told = (read: Sql): Partial<Column> => ({ only: "told", read: () => read });

/** The tables whose ids the original counts as well as we do. */
const counted = ["comments", "events", "import_mappings", "issues", "links", "project_aliases", "projects", "purge_log"];
const isCounted = sql`name IN (${raw(counted.map((table) => `'${table}'`).join(", "))})`;
const sequence: More = { put: "sequence", key: ["name"], whole: true, from: ({ sequences }) => sql`(${sequences}) AS sequences` };

/** Every kind of record, in the order in which they come in a file. */
export const kinds: readonly Kind[] = [
  kind("meta", "meta", "key value", always, {
    put: "upsert",
    key: ["key"],
    whole: true,
    // The version of our tables is no matter of the file: it says the format's, as the original does.
    columns: { value: { read: () => sql`CASE key WHEN 'schema_version' THEN '${raw(String(EXPORT_VERSION))}' ELSE value END` } },
  }),
  kind(
    "project",
    "projects",
    PROJECT,
    all(ofProject("projects.id"), () => sql`projects.id > 0`),
  ),
  own(
    "system_project",
    "projects",
    PROJECT,
    all(ofNoProject, () => sql`projects.id = 0`),
    { put: "upsert", whole: true },
  ),
  own("api_token", "api_tokens", "id token_hash actor name* read_only created_at last_used_at* expires_at* revoked_at*", ofNoProject, {
    whole: true,
  }),
  kind(
    "project_alias",
    "project_aliases",
    "id project_id alias_identity alias_kind root_path created_at last_seen_at",
    ofProject("project_id"),
  ),
  kind(
    "recurrence",
    "recurrences",
    "id uid project_id rrule dtstart timezone template_title template_body template_owner? template_priority? template_labels " +
      "template_metadata next_occurrence_key? last_materialized_uid? author revision created_at updated_at deleted_at?",
    ofProject("project_id"),
  ),
  kind(
    "issue",
    "issues",
    "id uid project_id short_id title body status closed_reason* owner* priority? author created_at updated_at closed_at* " +
      "deleted_at* metadata revision recurrence_id? recurrence_uid? occurrence_key?",
    ofIssue("issues.id"),
    { columns: { recurrence_uid: told(sql`(SELECT uid FROM recurrences WHERE id = issues.recurrence_id)`) } },
  ),
  kind("comment", "comments", "id issue_id author body created_at uid", ofIssue("comments.issue_id"), {
    columns: { uid: { only: "kept" } },
  }),
  own("comment_uid", "comments", "id uid", ofIssue("comments.issue_id"), { put: "update" }),
  kind("issue_label", "issue_labels", "issue_id label author created_at", ofIssue("issue_labels.issue_id"), { key: ["issue_id", "label"] }),
  kind("link", "links", "id project_id from_issue_id from_issue_uid to_issue_id to_issue_uid type author created_at", ofLink, {
    columns: {
      project_id: told(sql`(SELECT project_id FROM issues WHERE id = links.from_issue_id)`),
      from_issue_uid: told(sql`(SELECT uid FROM issues WHERE id = links.from_issue_id)`),
      to_issue_uid: told(sql`(SELECT uid FROM issues WHERE id = links.to_issue_id)`),
    },
  }),
  kind(
    "import_mapping",
    "import_mappings",
    "id source external_id object_type project_id issue_id? comment_id? link_id? label? source_updated_at? imported_at",
    ofMapping,
  ),
  kind(
    "event",
    "events",
    EVENT,
    all(ofEvent, () => sql`events.project_id > 0`),
    event,
  ),
  own(
    "system_event",
    "events",
    EVENT,
    all(ofNoProject, ofEvent, () => sql`events.project_id = 0`),
    { ...event, whole: true },
  ),
  own(
    "event_changes",
    "events",
    "id changes",
    all(ofEvent, () => sql`events.changes IS NOT NULL`),
    { put: "update" },
  ),
  own("event_project_name", "events", "id project_name", all(ofEvent, hasFormerName("events")), { put: "update" }),
  kind(
    "purge_log",
    "purge_log",
    "id uid origin_instance_uid project_id purged_issue_id issue_uid* project_uid* project_name short_id? issue_title issue_author " +
      "comment_count link_count label_count event_count events_deleted_min_id* events_deleted_max_id* purge_reset_after_event_id* " +
      "actor reason* purged_at",
    ofProject("project_id"),
  ),
  own("purge_project_name", "purge_log", "id project_name", all(ofProject("project_id"), hasFormerName("purge_log")), { put: "update" }),
  kind("sqlite_sequence", "sequences", "name seq", () => isCounted, sequence),
  own("sequence", "sequences", "name seq", () => sql`NOT ${isCounted}`, sequence),
];
