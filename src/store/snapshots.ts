import { Database as BunSqlite } from "bun:sqlite";
import { rmSync } from "node:fs";
import { KataError } from "../core/error.ts";
import { writeWhole } from "./durable-files.ts";
import { openReader } from "./sqlite.ts";

/** How many rows each table has. */
export type Counts = Readonly<Record<string, number>>;

/** A table that grew and shrank while the copy was made can make a right copy look wrong. */
const ATTEMPTS = 3;

/**
 * Copies a database as it is at one moment, while others may go on writing to it, and looks whether the copy is whole: its
 * pages, its references, and the rows of each table, which must be as many as before the copy or after it, or between.
 */
export async function copyDatabase(path: string, copy: string): Promise<Counts> {
  return writeWhole(copy, { over: false }, async (temporary) => {
    for (let attempt = 1; ; attempt++) {
      const [before, after] = vacuumInto(path, temporary);
      const { counts, faults } = inspect(temporary);
      for (const table of new Set([...Object.keys(before), ...Object.keys(counts)])) {
        const bounds = [before[table] ?? 0, after[table] ?? 0];
        const n = counts[table] ?? 0;
        if (n < Math.min(...bounds) || n > Math.max(...bounds)) faults.push(`${table} has ${n} rows, and should have ${bounds[0]}`);
      }
      if (faults.length === 0) return counts;
      if (attempt === ATTEMPTS) throw new KataError("internal", `The copy of ${path} is not whole: ${faults.slice(0, 3).join("; ")}.`);
      rmSync(temporary);
    }
  });
}

/** Brings what waits in a database's WAL into its file, if it is a database. */
export function absorbWal(path: string): void {
  const db = new BunSqlite(path, { readwrite: true });
  try {
    db.run("PRAGMA wal_checkpoint(TRUNCATE)");
  } catch {
    // It is no database, and has no WAL of its own.
  } finally {
    db.close();
  }
}

function vacuumInto(path: string, copy: string): [before: Counts, after: Counts] {
  const db = openReader(path);
  try {
    const before = countsIn(db);
    db.run("PRAGMA query_only = OFF"); // It would forbid to write the copy.
    db.run("VACUUM INTO ?", [copy]);
    return [before, countsIn(db)];
  } finally {
    db.close();
  }
}

/** What a database file that nobody writes to holds, and what is wrong with it. */
function inspect(path: string): { counts: Counts; faults: string[] } {
  const db = openReader(path);
  try {
    const pages = db.query<{ integrity_check: string }, []>("PRAGMA integrity_check").all();
    const references = db.query<{ table: string }, []>("PRAGMA foreign_key_check").all();
    return {
      counts: countsIn(db),
      faults: [
        ...pages.flatMap(({ integrity_check }) => (integrity_check === "ok" ? [] : [integrity_check])),
        ...references.map(({ table }) => `a row of ${table} names one that is not there`),
      ],
    };
  } finally {
    db.close();
  }
}

/** The rows of each table, at one moment. Virtual tables, and those that they keep their things in, are left out. */
function countsIn(db: BunSqlite): Counts {
  return db.transaction(() => {
    const tables = db.query<{ name: string }, []>(
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
    );
    const counts = tables.all().map(({ name }) => {
      const row = db.query<{ n: number }, []>(`SELECT count(*) AS n FROM "${name}"`).get();
      return [name, row?.n ?? 0] as const;
    });
    return Object.fromEntries(counts);
  })();
}
