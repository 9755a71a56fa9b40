import type { Scope } from "./scopes.ts";
import type { Sql } from "./sql.ts";

/** One member of a record, and the column that it is kept in. */
export type Column = {
  name: string;
  type: "int" | "text" | "time" | "json";
  /** It may be null, and then it is left out (`name?`) or written as null (`name*`). */
  nullable?: "omitted" | "written";
  /** The table whose row ids it holds. */
  of?: string;
  /** What is exported, where that is not just the column. */
  read?(scope: Scope): Sql;
  /** `told`: other rows say it too, so that it is checked and not kept. `kept`: it is kept, but this kind of record does not say it. */
  only?: "told" | "kept";
  /** What it is where a record does not say it. */
  fallback?: string | number;
};

const types: readonly [RegExp, Column["type"]][] = [
  [/^(short|external)_id$/, "text"],
  [/^(.+_)?id$|priority$|^revision$|_count$|^seq$|^read_only$/, "int"],
  [/_at$/, "time"],
  [/metadata$|^template_labels$|^payload$|^changes$/, "json"],
];

const references: Readonly<Record<string, string>> = {
  project_id: "projects",
  recurrence_id: "recurrences",
  issue_id: "issues",
  related_issue_id: "issues",
  from_issue_id: "issues",
  to_issue_id: "issues",
  purged_issue_id: "issues",
  comment_id: "comments",
  link_id: "links",
  events_deleted_min_id: "events",
  events_deleted_max_id: "events",
  purge_reset_after_event_id: "events",
};

const fallbacks: Readonly<Record<string, string | number>> = {
  metadata: "{}",
  revision: 1,
  template_body: "",
  template_labels: "[]",
  template_metadata: "{}",
};

/** Columns as data-model.md §13 writes them down: `name?` is left out where it is null, `name*` is written. */
export function columnsOf(table: string, members: string, more: Readonly<Record<string, Partial<Column>>> = {}): Column[] {
  return members.split(" ").map((member): Column => {
    const name = member.replace(/[?*]$/, "");
    const of = name === "id" ? table : references[name];
    const fallback = fallbacks[name];
    return {
      name,
      type: types.find(([pattern]) => pattern.test(name))?.[1] ?? "text",
      ...(member.endsWith("?") && { nullable: "omitted" }),
      ...(member.endsWith("*") && { nullable: "written" }),
      ...(of !== undefined && { of }),
      ...(fallback !== undefined && { fallback }),
      ...more[name],
    };
  });
}
