import type { Recurrence } from "../api/shapes.ts";
import { parseJson } from "../core/json.ts";
import { type Db, one } from "./db.ts";
import { raw, type Sql, sql } from "./sql.ts";

type Nullable = "template_owner" | "template_priority" | "next_occurrence_key" | "last_materialized_uid" | "deleted_at";
type Row = Omit<Recurrence, Nullable | "template_labels" | "template_metadata"> & {
  [K in Nullable]: NonNullable<Recurrence[K]> | null;
} & { template_labels: string; template_metadata: string };

const columns = sql`
  id, uid, project_id, rrule, dtstart, timezone, template_title, template_body, template_owner, template_priority, template_labels,
  template_metadata, next_occurrence_key, last_materialized_uid, author, revision, created_at, updated_at, deleted_at`;

function recurrenceOf(row: Row): Recurrence {
  const { template_owner, template_priority, next_occurrence_key, last_materialized_uid, deleted_at, ...rest } = row;
  return {
    ...rest,
    template_labels: JSON.parse(row.template_labels) as string[],
    template_metadata: parseJson(row.template_metadata) as Recurrence["template_metadata"],
    ...(template_owner !== null && { template_owner }),
    ...(template_priority !== null && { template_priority }),
    ...(next_occurrence_key !== null && { next_occurrence_key }),
    ...(last_materialized_uid !== null && { last_materialized_uid }),
    ...(deleted_at !== null && { deleted_at }),
  };
}

async function select(db: Db, condition: Sql): Promise<Recurrence[]> {
  const rows = await db.all<Row>(sql`SELECT ${columns} FROM recurrences WHERE ${condition} ORDER BY created_at DESC, id DESC`);
  return rows.map(recurrenceOf);
}

/** A project's recurrences that were not deleted, the newest first. */
export async function recurrencesOf(db: Db, projectId: number): Promise<Recurrence[]> {
  return select(db, sql`project_id = ${projectId} AND deleted_at IS NULL`);
}

/** A recurrence of a project by its uid; a deleted one is none. */
export async function findRecurrence(db: Db, projectId: number, uid: string): Promise<Recurrence | undefined> {
  return (await select(db, sql`project_id = ${projectId} AND uid = ${uid} AND deleted_at IS NULL`))[0];
}

/** A recurrence by row id; a deleted one is none. */
export async function findRecurrenceById(db: Db, id: number): Promise<Recurrence | undefined> {
  return (await select(db, sql`id = ${id} AND deleted_at IS NULL`))[0];
}

/** What a change sets: the columns by name, lists and objects as JSON text. */
export type RecurrencePatch = Partial<Omit<Row, "id" | "uid" | "project_id" | "author" | "created_at">>;
export type NewRecurrence = Omit<Row, "id" | "last_materialized_uid" | "deleted_at" | "revision">;

/** Inserts a recurrence. */
export async function insertRecurrence(tx: Db, row: NewRecurrence): Promise<Recurrence> {
  const inserted = await one<Row>(
    tx,
    sql`
    INSERT INTO recurrences (
      uid, project_id, rrule, dtstart, timezone, template_title, template_body, template_owner, template_priority, template_labels,
      template_metadata, next_occurrence_key, author, created_at, updated_at
    ) VALUES (
      ${row.uid}, ${row.project_id}, ${row.rrule}, ${row.dtstart}, ${row.timezone}, ${row.template_title}, ${row.template_body},
      ${row.template_owner}, ${row.template_priority}, ${row.template_labels}, ${row.template_metadata}, ${row.next_occurrence_key},
      ${row.author}, ${row.created_at}, ${row.updated_at}
    ) RETURNING ${columns}`,
  );
  return recurrenceOf(inserted as Row);
}

/** Sets columns of a recurrence, and counts a revision. */
export async function updateRecurrence(tx: Db, id: number, patch: RecurrencePatch): Promise<Recurrence> {
  const set = Object.entries(patch).map(([column, value]) => sql`${raw(column)} = ${value}`);
  const assignments = set.reduce((all, next) => sql`${all}, ${next}`, sql`revision = revision + 1`);
  const updated = await one<Row>(tx, sql`UPDATE recurrences SET ${assignments} WHERE id = ${id} RETURNING ${columns}`);
  return recurrenceOf(updated as Row);
}

/** The uid of the issue that a recurrence made for a date, deleted or not. */
export async function findOccurrence(db: Db, recurrenceId: number, key: string): Promise<string | undefined> {
  const row = await one<{ uid: string }>(db, sql`SELECT uid FROM issues WHERE recurrence_id = ${recurrenceId} AND occurrence_key = ${key}`);
  return row?.uid;
}
