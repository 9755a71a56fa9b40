import type { Sql } from "./sql.ts";

/** What both databases can do. A `Db` is the database itself, a snapshot of it, or one open transaction. */
export interface Db {
  readonly dialect: Dialect;
  all<Row>(query: Sql): Promise<Row[]>;
  /** Gives how many rows were changed. */
  run(query: Sql): Promise<number>;
  /** Runs an INSERT of one row without RETURNING, which on SQLite costs more than the row, and gives its id; undefined where a conflict was passed over. */
  insert(query: Sql): Promise<number | undefined>;
}

export interface Database extends Db {
  /**
   * Runs `work` in a write transaction. On both databases there is one at a time, and it is on disk when this resolves.
   * Where a neighbour failed, `work` runs a second time after all was undone: it must begin anew whatever it leaves outside.
   */
  transact<T>(work: (tx: Db) => Promise<T>): Promise<T>;
  /** Runs `work`, which takes several statements, on one snapshot. */
  read<T>(work: (snapshot: Db) => Promise<T>): Promise<T>;
  /** Runs one long statement where it holds up nobody: on SQLite, in a thread of its own. */
  aside<Row>(query: Sql): Promise<Row[]>;
  /** Closes it once the changes that were asked for have been answered. */
  close(): Promise<void>;
}

/** The few places where the SQL itself must differ. Everything else is written once. */
export interface Dialect {
  readonly name: "sqlite" | "postgres";
  /** A condition that holds when `column` is one of `values`. */
  among(column: string, values: readonly string[] | readonly number[]): Sql;
  /** A table of one column, `value`, with a row of each value. */
  each(values: readonly string[]): Sql;
  /** Takes the next event id without an event, so that no event ever has it; gives one row with `id`. */
  reserveEventId(): Sql;
  /** Every table: rows with `name`. */
  readonly tables: Sql;
  /** The highest id that each table with ids of its own ever had: rows with `name` and `seq`. */
  readonly sequences: Sql;
  /** Lets a table's ids go on after `seq`. */
  setSequence(table: string, seq: number): readonly Sql[];
  /** Every index that guards nothing: rows with `name`, and `text`, the statement that makes it. */
  readonly plainIndexes: Sql;
  /** What a connection is told before very many rows are written on it. */
  readonly forBulk: readonly Sql[];
  /** Statements that give a row with `fault` for each thing that is wrong with the whole. */
  readonly checks: readonly Sql[];
  /** Full-text search, where the two have little in common. */
  readonly search: SearchDialect;
}

export type SearchDocument = { issue_id: number; project_id: number; title: string; body: string; comments: string };
export type SearchQuery = { words: readonly string[]; project_id: number; limit: number; include_deleted: boolean };

export type Flag = boolean | 0 | 1;
export type FoundRow = { issue_id: number; score: number; in_title: Flag; in_body: Flag; in_comments: Flag };

export interface SearchDialect {
  /** Puts an issue into the index, or replaces what it says there. */
  index(document: SearchDocument): readonly Sql[];
  /** Takes an issue out of the index. */
  remove(issueId: number): readonly Sql[];
  /** A FoundRow of each issue that has every word, best first. */
  find(query: SearchQuery): Sql;
}

/** A broken UNIQUE or CHECK, named alike on both databases: `table_column_key`, or the constraint's own name. */
export class ConstraintError extends Error {
  readonly constraint: string;
  constructor(constraint: string, cause: unknown) {
    super(`constraint ${constraint}`, { cause });
    this.constraint = constraint;
  }
}

export async function one<Row>(db: Db, query: Sql): Promise<Row | undefined> {
  return (await db.all<Row>(query))[0];
}
