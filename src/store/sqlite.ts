import { Database as BunSqlite, type Statement } from "bun:sqlite";
import { KataError } from "../core/error.ts";
import { ConstraintError, type Database, type Db, type Dialect } from "./db.ts";
import { groupCommit } from "./group.ts";
import { sqliteSearch } from "./search-sqlite.ts";
import { raw, type Sql, sql } from "./sql.ts";
import { type Failed, Storage } from "./storage.ts";
import { startWorker } from "./worker.ts";

/** "kata" in ASCII: marks the file as ours, since the original kata uses the same path. */
export const APPLICATION_ID = 0x6b617461;
/** Before it, a WAL reset could corrupt a database (sqlite.org/wal.html, "The WAL-Reset Bug"). */
const OLDEST_SQLITE = [3, 51, 3];
/** When the pages of the WAL are copied into the database; and the size that its file goes back to, if a long read let it grow. */
const [CHECKPOINT_PAGES, WAL_BYTES] = [1_000, 4 * 1_048_576];

export const sqliteDialect: Dialect = {
  name: "sqlite",
  among: (column, values) => sql`${raw(column)} IN (SELECT value FROM json_each(${JSON.stringify(values)}))`,
  each: (values) => sql`json_each(${JSON.stringify(values)})`,
  reserveEventId: () => sql`UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'events' RETURNING seq AS id`,
  tables: sql`SELECT name FROM sqlite_schema WHERE type = 'table'`,
  sequences: sql`SELECT name, seq FROM sqlite_sequence WHERE seq > 0`,
  setSequence: (table, seq) => [
    sql`DELETE FROM sqlite_sequence WHERE name = ${table}`,
    sql`INSERT INTO sqlite_sequence (name, seq) VALUES (${table}, ${seq})`,
  ],
  plainIndexes: sql`SELECT name, sql AS text FROM sqlite_schema WHERE type = 'index' AND sql LIKE 'CREATE INDEX%' ORDER BY name`,
  forBulk: [sql`PRAGMA cache_size = -65536`],
  checks: [
    sql`SELECT 'row ' || coalesce(rowid, '') || ' of ' || "table" || ' names a row of ' || parent || ' that is not there' AS fault
      FROM pragma_foreign_key_check LIMIT 100`,
    sql`SELECT integrity_check AS fault FROM pragma_integrity_check WHERE integrity_check <> 'ok'`,
  ],
  search: sqliteSearch,
};

/**
 * Opens one writer, which transactions queue for; one reader for single statements, which never sees an open
 * transaction; and, when they are asked for, snapshots on handles of their own and a thread for long statements.
 */
export function openSqlite(path: string, failed?: Failed): Database {
  const storage = new Storage(failed);
  const writer = openHandle(path);
  checkVersion(writer);
  // Its own checkpoints pass over a sync that fails.
  writer.run("PRAGMA wal_autocheckpoint = 0");
  writer.run(`PRAGMA journal_size_limit = ${WAL_BYTES}`);
  const walPages = writer.prepare<{ log: number }, []>("PRAGMA wal_checkpoint(NOOP)");
  const reader = openHandle(path);
  const tx = over(writer, storage);
  const spare: BunSqlite[] = [];
  const worker = startWorker(path, storage);

  async function read<T>(work: (snapshot: Db) => Promise<T>): Promise<T> {
    const handle = spare.pop() ?? openHandle(path);
    handle.run("BEGIN");
    try {
      return await work(over(handle, storage));
    } finally {
      try {
        handle.run("COMMIT");
        spare.push(handle);
      } catch {
        // It tells once more what a statement before has told, and what it still holds is not known.
        closeHandle(handle);
      }
    }
  }

  /** No reader of this process is in the middle of a statement now, so that the WAL can begin anew afterwards. */
  function checkpoint(): void {
    try {
      if ((walPages.get()?.log ?? 0) >= CHECKPOINT_PAGES) writer.run("PRAGMA wal_checkpoint(PASSIVE)");
    } catch (error) {
      // A failed sync ends the changes; what else fails is tried again after the next commit.
      storage.refusal(error);
    }
  }

  const run = (text: string) => tx.run(raw(text));
  const connect = async () => {
    storage.check();
    return { tx, run, release: checkpoint };
  };
  const { transact, idle } = groupCommit(connect, ["BEGIN IMMEDIATE"]);
  return {
    ...over(reader, storage),
    transact,
    read,
    aside: worker.ask,
    close: async () => {
      await idle();
      worker.stop();
      // The last handle that is closed copies the WAL into the database: after a fault that is left to the next start.
      if (storage.isFaulty()) return;
      walPages.finalize();
      for (const handle of [...spare, reader, writer]) closeHandle(handle);
    },
  };
}

/** Runs `work` in a transaction on a handle of its own, where references are not checked: for who checks them all at its end. */
export async function transactAlone<T>(path: string, work: (tx: Db) => Promise<T>): Promise<T> {
  const handle = openHandle(path);
  try {
    checkVersion(handle);
    handle.run("PRAGMA foreign_keys = OFF");
    handle.run("BEGIN IMMEDIATE");
    const result = await work(over(handle));
    handle.run("COMMIT");
    return result;
  } finally {
    if (handle.inTransaction) handle.run("ROLLBACK");
    closeHandle(handle);
  }
}

/** A handle with what kata relies on: WAL, a sync at each commit, and foreign keys. */
export function openHandle(path: string): BunSqlite {
  const db = new BunSqlite(path, { create: true, strict: true });
  db.run("PRAGMA busy_timeout = 5000");
  db.run("PRAGMA journal_mode = WAL");
  db.run("PRAGMA synchronous = FULL");
  db.run("PRAGMA foreign_keys = ON");
  return db;
}

/** A handle that only reads. Opened for reading alone, it would leave an empty WAL beside the file. */
export function openReader(path: string): BunSqlite {
  const db = new BunSqlite(path, { readwrite: true, strict: true });
  try {
    db.run("PRAGMA busy_timeout = 5000");
    db.run("PRAGMA query_only = ON");
    db.query("SELECT 1 FROM sqlite_schema").get();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** The last handle that is closed leaves the file whole, without a WAL beside it; a prepared statement would keep it open. */
export function closeHandle(db: BunSqlite): void {
  for (const statement of prepared.get(db)?.values() ?? []) statement.finalize();
  db.close();
}

function checkVersion(db: BunSqlite): void {
  const { version } = db.query<{ version: string }, []>("SELECT sqlite_version() AS version").get() ?? { version: "0" };
  const parts = version.split(".").map(Number);
  const at = OLDEST_SQLITE.findIndex((least, i) => (parts[i] ?? 0) !== least);
  if (at >= 0 && (parts[at] ?? 0) < (OLDEST_SQLITE[at] ?? 0)) {
    throw new KataError("internal", `SQLite ${version} is too old: kata needs ${OLDEST_SQLITE.join(".")} or newer.`);
  }
}

/** Statements are prepared once for a handle: bun:sqlite's own `query()` keeps no more than 20. */
const prepared = new WeakMap<BunSqlite, Map<string, Statement>>();

export function over(db: BunSqlite, storage = new Storage()): Db {
  let known = prepared.get(db);
  if (!known) prepared.set(db, (known = new Map<string, Statement>()));
  const statements = known;
  const ofTexts = new WeakMap<readonly string[], Statement>();
  const statement = (query: Sql): Statement => {
    const same = ofTexts.get(query.texts);
    if (same) return same;
    const text = query.texts.join("?");
    let found = statements.get(text);
    if (!found) statements.set(text, (found = db.prepare(text)));
    ofTexts.set(query.texts, found);
    return found;
  };
  const attempt = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw broken(error) ?? storage.refusal(error);
    }
  };
  return {
    dialect: sqliteDialect,
    all: async <Row>(query: Sql) => attempt(() => statement(query).all(...query.args) as Row[]),
    run: async (query) => attempt(() => statement(query).run(...query.args).changes),
    insert: async (query) => {
      const { changes, lastInsertRowid } = attempt(() => statement(query).run(...query.args));
      return changes === 0 ? undefined : Number(lastInsertRowid);
    },
  };
}

/** The constraint that was broken. SQLite names a CHECK by its name, but a UNIQUE by its columns: `issues.project_id, issues.short_id`. */
function broken(error: unknown): ConstraintError | undefined {
  if (!(error instanceof Error && "code" in error && String(error.code).startsWith("SQLITE_CONSTRAINT"))) return undefined;
  // Which reference it was, SQLite does not say.
  if (error.code === "SQLITE_CONSTRAINT_FOREIGNKEY") return new ConstraintError("foreign_key", error);
  const what = error.message.slice(error.message.indexOf(": ") + 2);
  const columns = what.split(", ").map((column) => column.split("."));
  const [table] = columns[0] ?? [];
  return new ConstraintError(what.includes(".") ? [table, ...columns.map(([, name]) => name), "key"].join("_") : what, error);
}
