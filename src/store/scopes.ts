import { every, raw, type Sql, sql } from "./sql.ts";

/** What an export takes: everything, or one project; with or without deleted issues. */
export type Scope = { project_id?: number | undefined; include_deleted: boolean };

/** All that there is. */
export const EVERYTHING: Scope = { include_deleted: true };

type Condition = (scope: Scope) => Sql;

/** Holds for every row. */
export const always: Condition = () => sql`1 = 1`;

/** Holds where all of them do. */
export const all =
  (...conditions: readonly Condition[]): Condition =>
  (scope) =>
    every(conditions.map((condition) => condition(scope)));

/** Holds for every row, but where the scope is one project: for what is of none. */
export const ofNoProject: Condition = ({ project_id }) => (project_id === undefined ? sql`1 = 1` : sql`1 = 0`);

/** Holds for rows of a project that the scope takes. */
export const ofProject =
  (column: string): Condition =>
  ({ project_id }) =>
    project_id === undefined ? sql`1 = 1` : sql`${raw(column)} = ${project_id}`;

/** `wanted` of the issue whose id is in `column`; nothing where the scope leaves that issue out. */
export const fromIssue =
  (column: string, wanted: string): Condition =>
  (scope) => {
    const conditions = [sql`shown.id = ${raw(column)}`, ofProject("shown.project_id")(scope)];
    if (!scope.include_deleted) conditions.push(sql`shown.deleted_at IS NULL`);
    return sql`(SELECT ${raw(wanted)} FROM issues AS shown WHERE ${every(conditions)})`;
  };

/** Holds for rows of an issue that the scope takes. */
export const ofIssue =
  (column: string): Condition =>
  (scope) =>
    sql`EXISTS ${fromIssue(column, "1")(scope)}`;

/** Holds also for rows of no issue. */
export const ofIssueIfAny =
  (column: string): Condition =>
  (scope) =>
    sql`(${raw(column)} IS NULL OR ${ofIssue(column)(scope)})`;

/** Holds for rows of a link with both ends in the scope. */
export const ofLink: Condition = all(ofIssue("links.from_issue_id"), ofIssue("links.to_issue_id"));

/** Holds for mappings whose objects are in the scope. */
export const ofMapping: Condition = all(
  ofProject("import_mappings.project_id"),
  ofIssueIfAny("import_mappings.issue_id"),
  (scope) =>
    sql`(comment_id IS NULL OR EXISTS (SELECT 1 FROM comments WHERE comments.id = comment_id AND ${ofIssue("comments.issue_id")(scope)}))`,
  (scope) => sql`(link_id IS NULL OR EXISTS (SELECT 1 FROM links WHERE links.id = link_id AND ${ofLink(scope)}))`,
);

/**
 * Holds for events whose subject, if they have one, is in the scope. A peer that is not is forgotten; a deleted one takes the
 * event along, unless it may be one of several.
 */
export const ofEvent: Condition = all(ofProject("events.project_id"), ofIssueIfAny("events.issue_id"), ({ include_deleted }) =>
  include_deleted
    ? sql`1 = 1`
    : sql`(events.type = 'issue.links_changed' OR NOT EXISTS (
        SELECT 1 FROM issues AS gone WHERE gone.id = events.related_issue_id AND gone.deleted_at IS NOT NULL
      ))`,
);

/** Holds for rows whose project had another name then. */
export const hasFormerName =
  (table: string): Condition =>
  () =>
    sql`EXISTS (SELECT 1 FROM projects WHERE projects.id = ${raw(table)}.project_id AND projects.name <> ${raw(table)}.project_name)`;
