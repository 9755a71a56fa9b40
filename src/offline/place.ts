import { KataError } from "../core/error.ts";
import { ConstraintError, type Db } from "../store/db.ts";
import type { Kind } from "../store/kinds.ts";
import { lookUp, putRecord, type Row } from "../store/records.ts";
import type { Scope } from "../store/scopes.ts";
import { badLine } from "./read-records.ts";

/** Where the rows of a file go. */
export type Place = {
  /** A row as it is put there; undefined when it is left out. */
  placed(kind: Kind, row: Row): Promise<Row | undefined>;
  /** The id there of a row of theirs. */
  idOf(table: string, id: number): number;
  isTaken(name: string): Promise<boolean>;
  /** What came there. */
  scope(): Scope;
  /** One project comes to others: what it can't take along is left out. */
  readonly isMerge: boolean;
};

/** Puts a row where it belongs; false when it is left out. What the database refuses is told with the line it came from. */
export async function putRow(tx: Db, place: Place, kind: Kind, row: Row, line: number): Promise<boolean> {
  const placed = await place.placed(kind, row);
  if (!placed) return false;
  const whole = await agree(tx, kind, placed, line);
  try {
    if (await putRecord(tx, kind, whole)) return true;
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error;
    throw refusal(error, place, kind, row, line);
  }
  if (place.isMerge) return false;
  throw badLine(line, `${kind.name}: there is no row of ${kind.table} with id ${row["id"]}`);
}

/** A row may be named by its uid too, which must be the one that it has; or by its uid alone. */
async function agree(tx: Db, { name, columns }: Kind, row: Row, line: number): Promise<Row> {
  let agreed = row;
  for (const { name: column, only } of columns) {
    const uid = row[column];
    if (only !== "told" || uid == null || !column.endsWith("_uid")) continue;
    const idColumn = column.replace(/uid$/, "id");
    const table = columns.find((each) => each.name === idColumn)?.of ?? "";
    const id = row[idColumn] ?? (await lookUp(tx, table, "id", "uid", uid)) ?? null;
    if (id === null || (await lookUp(tx, table, "uid", "id", id)) !== uid) {
      throw badLine(line, `${name}: ${column} ${JSON.stringify(uid)} and ${idColumn} ${row[idColumn]} don't name one row of ${table}`);
    }
    agreed = { ...agreed, [idColumn]: id };
  }
  return agreed;
}

function refusal(error: ConstraintError, place: Place, { name, table }: Kind, row: Row, line: number): Error {
  const { constraint } = error;
  if (place.isMerge && constraint.endsWith("_uid_key")) {
    return new KataError("conflict", `line ${line}: ${name} ${row["uid"]} is in the target already, so nothing was merged.`, {
      hint: "A project can be merged into a database that has nothing of it yet.",
    });
  }
  const column = new RegExp(`^${table}_(\\w+)_key$`).exec(constraint)?.[1];
  if (column !== undefined) return badLine(line, `${name}: another one has its ${column} already`);
  if (/foreign_key|_fkey$/.test(constraint)) return badLine(line, `${name}: it names a row that is not there`);
  return badLine(line, `${name}: it breaks the rule ${constraint}`);
}
