import { Database as BunSqlite } from "bun:sqlite";
import { closeSync, existsSync, openSync, readSync, type Stats, statSync } from "node:fs";
import { KataError, LocalError } from "../core/error.ts";
import { type Database, type Db, one } from "./db.ts";
import { migratePostgres, migrateSqlite, type Opening, schemaVersion, tooNew } from "./migrate.ts";
import { migrations } from "./migrations.ts";
import { openPostgres } from "./postgres.ts";
import { readSqlite } from "./readers.ts";
import { sql } from "./sql.ts";
import { APPLICATION_ID, openSqlite } from "./sqlite.ts";
import { faultOf } from "./storage.ts";
import { rewriteWal } from "./wal.ts";

export const SCHEMA_VERSION = migrations.length;

/** Opens the database that a path or a `postgres://` address names, brought to this binary's schema. */
export async function openStore(dsn: string, opening: Opening): Promise<Database> {
  if (isPostgres(dsn)) return openMigratedPostgres(dsn, opening);
  try {
    checkOrMark(dsn, opening.migrations?.length);
    rewriteWal(dsn);
    await migrateSqlite(dsn, opening);
    return openSqlite(dsn, opening.failed);
  } catch (error) {
    throw faultOf(error instanceof KataError ? error.cause : error, dsn) ?? error;
  }
}

async function openMigratedPostgres(dsn: string, opening: Opening): Promise<Database> {
  const db = openPostgres(dsn);
  try {
    await migratePostgres(db, opening);
    return db;
  } catch (error) {
    await db.close();
    throw error;
  }
}

/** Reads the database that `dsn` names on one snapshot. It may be in use, or of an older schema, and stays as it is. */
export async function readStore<T>(dsn: string, opening: Opening, work: (snapshot: Db) => Promise<T>): Promise<T> {
  if (!isPostgres(dsn)) {
    if (!fileAt(dsn)) throw new LocalError("not_found", `There is no database at ${dsn}.`, "KATA_HOME and KATA_DB say where it is.");
    checkFile(dsn);
    return readSqlite(dsn, SCHEMA_VERSION, opening, work);
  }
  const db = openPostgres(dsn);
  try {
    return await db.read(async (snapshot) => {
      const version = await schemaVersion(snapshot);
      if (version === SCHEMA_VERSION) return work(snapshot);
      throw new LocalError(
        "internal",
        `The database has schema version ${version}, and this kata reads ${SCHEMA_VERSION}.`,
        "Start its daemon once, which upgrades it.",
      );
    });
  } finally {
    await db.close();
  }
}

const isPostgres = (dsn: string): boolean => /^postgres(ql)?:/.test(dsn);

function fileAt(path: string): Stats | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found || found.isFile()) return found;
  throw new KataError("internal", `${path} is no file.`, { hint: "Move it away, or set KATA_DB to another path." });
}

function checkOrMark(path: string, known?: number): void {
  const file = fileAt(path);
  if (!file || file.size === 0) mark(path);
  else checkFile(path, known);
}

/** Leaves a file alone that is not ours, or is newer than this binary: it reads the header (sqlite.org/fileformat.html §1.3), and writes nothing. */
function checkFile(path: string, known: number = SCHEMA_VERSION): void {
  const header = Buffer.alloc(100);
  const file = openSync(path, "r");
  try {
    readSync(file, header, 0, 100, 0);
  } finally {
    closeSync(file);
  }
  const sqlite = header.toString("latin1", 0, 15) === "SQLite format 3";
  if (sqlite && header.readUInt32BE(68) === APPLICATION_ID) {
    const version = header.readUInt32BE(60);
    if (version <= known) return;
    throw tooNew(path, version, known);
  }
  if (!sqlite && isRolledBack(path)) return checkOrMark(path, known);
  const what = sqlite ? "is a database of another program, perhaps of the original kata" : "is not a database";
  throw new KataError("internal", `${path} ${what}: it was left untouched.`, {
    hint: "To bring its issues over: export them with the program that wrote it (kata export), move the file to another place, and import the export with this kata. To use both, set KATA_DB to another path.",
  });
}

/** A power loss while the file is made may leave it without a header, and with a journal by which SQLite makes it empty again. */
function isRolledBack(path: string): boolean {
  const journal = `${path}-journal`;
  if (!existsSync(journal)) return false;
  const db = new BunSqlite(path, { readwrite: true });
  try {
    db.query("PRAGMA user_version").get();
    return !existsSync(journal);
  } catch {
    return false;
  } finally {
    db.close();
  }
}

/** Before anything else, so that a file whose making was cut short is known as ours. */
function mark(path: string): void {
  const db = new BunSqlite(path, { create: true });
  db.run(`PRAGMA application_id = ${APPLICATION_ID}`);
  db.close();
}

/** The installation's identity, stamped on its events. */
export async function instanceUid(db: Db): Promise<string> {
  const row = await one<{ value: string }>(db, sql`SELECT value FROM meta WHERE key = 'instance_uid'`);
  if (!row) throw new KataError("instance_uid_unset", "The database has no instance_uid.");
  return row.value;
}
