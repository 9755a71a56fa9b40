import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SQL } from "bun";
import { ulidSource } from "../src/core/ulid.ts";
import type { Database } from "../src/store/db.ts";
import { openStore } from "../src/store/open.ts";

/** What a store is opened with. */
export const ids = {
  ulid: ulidSource(Date.now, (bytes) => crypto.getRandomValues(bytes)),
  now: () => new Date().toISOString(),
};

/** A new database in a folder of its own, and what takes the folder away again. */
export async function freshSqlite(): Promise<{ db: Database; dsn: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "kata-store-"));
  const dsn = join(folder, "kata.db");
  return { db: await openStore(dsn, ids), dsn, remove: () => rm(folder, { recursive: true }) };
}

/** A new database in a schema of its own, of the server that `url` names, and what drops it again. */
export async function freshPostgres(url: string): Promise<{ db: Database; dsn: string; remove(): Promise<void> }> {
  const { dsn, remove } = await emptyPostgres(url);
  return { db: await openStore(dsn, ids), dsn, remove };
}

/** A schema with nothing in it yet. */
export async function emptyPostgres(url: string): Promise<{ dsn: string; remove(): Promise<void> }> {
  const schema = `kata_test_${Bun.randomUUIDv7().replaceAll("-", "")}`;
  await once(url, `CREATE SCHEMA ${schema}`);
  const within = new URL(url);
  within.searchParams.set("search_path", schema);
  return { dsn: within.href, remove: () => once(url, `DROP SCHEMA ${schema} CASCADE`) };
}

async function once(url: string, statement: string): Promise<void> {
  const connection = new SQL(url, { max: 1 });
  await connection.unsafe(statement);
  await connection.close();
}
