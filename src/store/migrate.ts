import { rmSync } from "node:fs";
import { KataError } from "../core/error.ts";
import { SYSTEM_PROJECT } from "../core/project.ts";
import { type Database, type Db, one } from "./db.ts";
import { kinds } from "./kinds.ts";
import { migrations } from "./migrations.ts";
import { faultsOf } from "./records.ts";
import { formerOf } from "./durable-files.ts";
import { copyDatabase } from "./snapshots.ts";
import { raw, sql } from "./sql.ts";
import type { Failed } from "./storage.ts";
import { transactAlone } from "./sqlite.ts";

/** One step of the schema, in the words of each database. */
export type Migration = { readonly name: string; readonly sqlite: string; readonly postgres: string };

export type Opening = {
  ulid(): string;
  now(): string;
  /** Those of this binary, if nothing is said. */
  migrations?: readonly Migration[];
  /** Is told, in lines for people, when a database that has rows is brought to a newer schema, and when that is done. */
  notice?(line: string): void;
  failed?: Failed;
};

/** Brings a SQLite database to the newest schema. One that has rows is copied first, unless it is a copy, and stays as it was if anything goes wrong. */
export async function migrateSqlite(path: string, opening: Opening, isCopy = false): Promise<void> {
  let copy: string | undefined;
  try {
    await transactAlone(path, async (tx) => {
      const version = await schemaVersion(tx);
      if (!isCopy && version > 0 && version < known(opening)) {
        opening.notice?.(`the database has schema version ${version} and is brought to ${known(opening)}; first it is copied`);
        copy = await copyBeside(path, opening.now());
      }
      await migrate(tx, version, opening);
    });
    if (copy !== undefined) opening.notice?.(`the database was upgraded; as it was before, it is kept as ${copy}`);
  } catch (error) {
    // The database is as it was, and the next attempt makes a copy of its own.
    if (copy !== undefined) rmSync(copy, { force: true });
    throw error;
  }
}

/** Brings a PostgreSQL database to the newest schema; copies of it are its owner's business. */
export async function migratePostgres(db: Database, opening: Opening): Promise<void> {
  const from = await schemaVersion(db);
  if (from === known(opening)) return;
  await db.transact(async (tx) => migrate(tx, await schemaVersion(tx), opening));
  if (from > 0) opening.notice?.(`the database was upgraded from schema version ${from} to ${known(opening)}`);
}

const known = ({ migrations: given = migrations }: Opening): number => given.length;

async function migrate(tx: Db, from: number, opening: Opening): Promise<void> {
  const to = known(opening);
  if (from > to) throw tooNew("The database", from, to);
  if (from === to) return;
  const before = await countRows(tx);
  try {
    for (const migration of (opening.migrations ?? migrations).slice(from)) {
      for (const statement of statements(migration[tx.dialect.name])) await tx.run(raw(statement));
    }
    await seed(tx, opening);
    await tx.run(sql`
      INSERT INTO meta (key, value) VALUES ('schema_version', ${String(to)})
      ON CONFLICT (key) DO UPDATE SET value = excluded.value`);
    if (tx.dialect.name === "sqlite") await tx.run(raw(`PRAGMA user_version = ${to}`));
    if (from > 0) await checkNothingLost(tx, before);
  } catch (error) {
    if (from === 0) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new KataError("internal", `The database could not be brought from schema version ${from} to ${to}, and is as it was: ${why}`, {
      hint: "Go on with the kata that you had before, and report this.",
      cause: error,
    });
  }
}

export function tooNew(what: string, version: number, known: number): KataError {
  const message = `${what} has schema version ${version}, and this kata knows ${known}: it was left untouched.`;
  return new KataError("internal", message, { hint: "Use the newer kata that wrote it, or set KATA_DB to another path." });
}

async function checkNothingLost(tx: Db, before: ReadonlyMap<string, number>): Promise<void> {
  const after = await countRows(tx);
  const faults = [...before].flatMap(([table, n]) =>
    after.get(table) === n ? [] : [`${table} had ${n} rows and would have ${after.get(table) ?? "none"}`],
  );
  faults.push(...(await faultsOf(tx)));
  if (faults.length > 0) throw new Error(faults.slice(0, 3).join("; "));
}

/** The rows of each table that records are kept in. */
async function countRows(tx: Db): Promise<Map<string, number>> {
  const recorded = new Set(kinds.flatMap(({ table, put }) => (put === "sequence" || table === "meta" ? [] : [table])));
  const counts = new Map<string, number>();
  for (const { name } of await tx.all<{ name: string }>(tx.dialect.tables)) {
    if (recorded.has(name)) counts.set(name, (await one<{ n: number }>(tx, sql`SELECT count(*) AS n FROM ${raw(name)}`))?.n ?? 0);
  }
  return counts;
}

async function copyBeside(path: string, now: string): Promise<string> {
  const copy = formerOf(path, now);
  try {
    await copyDatabase(path, copy);
    return copy;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new KataError("internal", `${path} must be upgraded, and no copy of it could be made first, so it was left untouched: ${why}`, {
      hint: "Make room beside it, or go on with the kata that you had before.",
      cause: error,
    });
  }
}

/** How many migrations a database has had; 0 when it is new. */
export async function schemaVersion(db: Db): Promise<number> {
  if (db.dialect.name === "sqlite") return (await one<{ user_version: number }>(db, sql`PRAGMA user_version`))?.user_version ?? 0;
  const tables = await db.all<{ name: string }>(db.dialect.tables);
  if (!tables.some(({ name }) => name === "meta")) return 0;
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
