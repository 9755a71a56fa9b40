import { Database as BunSqlite } from "bun:sqlite";
import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import { KataError } from "../core/error.ts";
import { SYSTEM_PROJECT } from "../core/project.ts";
import { type Database, type Db, one } from "./db.ts";
import { migrations } from "./migrations.ts";
import { openPostgres } from "./postgres.ts";
import { raw, sql } from "./sql.ts";
import { APPLICATION_ID, openSqlite } from "./sqlite.ts";
import { type Failed, faultOf } from "./storage.ts";
import { rewriteWal } from "./wal.ts";

export const SCHEMA_VERSION = migrations.length;

type Opening = { ulid(): string; now(): string; failed?: Failed };

/** Opens the database that a path or a `postgres://` address names, brought to this binary's schema. */
export async function openStore(dsn: string, opening: Opening): Promise<Database> {
  if (/^postgres(ql)?:/.test(dsn)) return migrated(openPostgres(dsn), opening);
  try {
    checkFile(dsn);
    rewriteWal(dsn);
    return await migrated(openSqlite(dsn, opening.failed), opening);
  } catch (error) {
    throw faultOf(error instanceof KataError ? error.cause : error, dsn) ?? error;
  }
}

async function migrated(db: Database, opening: Opening): Promise<Database> {
  try {
    await migrate(db, opening);
    return db;
  } catch (error) {
    await db.close();
    throw error;
  }
}

/** Leaves a file alone that is not ours, or is newer than this binary: it reads the header (sqlite.org/fileformat.html §1.3), and writes nothing. */
function checkFile(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found && !found.isFile())
    throw new KataError("internal", `${path} is no file.`, { hint: "Move it away, or set KATA_DB to another path." });
  if (!found || found.size === 0) return mark(path);
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
    if (version <= SCHEMA_VERSION) return;
    throw tooNew(path, version);
  }
  if (!sqlite && isRolledBack(path)) return checkFile(path);
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

function tooNew(what: string, version: number): KataError {
  const message = `${what} has schema version ${version}, and this kata knows ${SCHEMA_VERSION}: it was left untouched.`;
  return new KataError("internal", message, { hint: "Use the newer kata that wrote it, or set KATA_DB to another path." });
}

/** Before anything else, so that a file whose making was cut short is known as ours. */
function mark(path: string): void {
  const db = new BunSqlite(path, { create: true });
  db.run(`PRAGMA application_id = ${APPLICATION_ID}`);
  db.close();
}

async function migrate(db: Database, ids: Opening): Promise<void> {
  const had = await schemaVersion(db);
  if (had > SCHEMA_VERSION) throw tooNew("The database", had);
  if (had === SCHEMA_VERSION) return;
  await db.transact(async (tx) => {
    for (const migration of migrations.slice(had)) {
      for (const statement of statements(migration[db.dialect.name])) await tx.run(raw(statement));
    }
    await seed(tx, ids);
    await tx.run(sql`
      INSERT INTO meta (key, value) VALUES ('schema_version', ${String(SCHEMA_VERSION)})
      ON CONFLICT (key) DO UPDATE SET value = excluded.value`);
    if (db.dialect.name === "sqlite") await tx.run(raw(`PRAGMA user_version = ${SCHEMA_VERSION}`));
  });
}

async function schemaVersion(db: Db): Promise<number> {
  if (db.dialect.name === "sqlite") return (await one<{ user_version: number }>(db, sql`PRAGMA user_version`))?.user_version ?? 0;
  const table = await one(
    db,
    sql`SELECT 1 AS found FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = 'meta'`,
  );
  if (!table) return 0;
  return Number((await one<{ value: string }>(db, sql`SELECT value FROM meta WHERE key = 'schema_version'`))?.value ?? 0);
}

/** Migrations hold no `;` inside a statement. */
function statements(text: string): string[] {
  return text
    .split(";\n")
    .map((statement) => statement.trim())
    .filter((statement) => statement !== "");
}

async function seed(tx: Db, { ulid, now }: Opening): Promise<void> {
  await tx.run(sql`INSERT INTO meta (key, value) VALUES ('instance_uid', ${ulid()}) ON CONFLICT (key) DO NOTHING`);
  await tx.run(sql`INSERT INTO meta (key, value) VALUES ('created_by_version', '0.1.0') ON CONFLICT (key) DO NOTHING`);
  await tx.run(sql`
    INSERT INTO projects (id, uid, name, created_at)
    VALUES (${SYSTEM_PROJECT.id}, ${ulid()}, ${SYSTEM_PROJECT.name}, ${now()})
    ON CONFLICT (id) DO NOTHING`);
}

/** The installation's identity, stamped on its events. */
export async function instanceUid(db: Db): Promise<string> {
  const row = await one<{ value: string }>(db, sql`SELECT value FROM meta WHERE key = 'instance_uid'`);
  if (!row) throw new KataError("instance_uid_unset", "The database has no instance_uid.");
  return row.value;
}
