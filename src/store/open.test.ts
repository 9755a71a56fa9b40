import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore, SCHEMA_VERSION } from "./open.ts";
import { sql } from "./sql.ts";
import { APPLICATION_ID } from "./sqlite.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kata-open-"));
  path = join(folder, "kata.db");
});
afterEach(() => rmSync(folder, { recursive: true }));

const ids = { ulid: () => "01KJKB5W000000000000000000", now: () => "2026-03-01T12:00:00.000Z" };

function pragma(name: string): unknown {
  const db = new Database(path);
  const value = db.query<Record<string, unknown>, []>(`PRAGMA ${name}`).get()?.[name];
  db.close();
  return value;
}

async function refused(): Promise<string> {
  const before = readFileSync(path);
  const outcome: unknown = await openStore(path, ids).catch((error: unknown) => error);
  expect(outcome).toMatchObject({ code: "internal", message: expect.stringContaining("left untouched") });
  expect(readFileSync(path).equals(before)).toBe(true);
  expect(readdirSync(folder)).toEqual(["kata.db"]);
  return (outcome as { hint: string }).hint;
}

test("`openStore()` marks its file, syncs each answered change to the disk, and leaves one whole file when it is closed", async () => {
  const db = await openStore(path, ids);
  expect(await db.all(sql`PRAGMA journal_mode`)).toEqual([{ journal_mode: "wal" }]);
  expect(await db.all(sql`PRAGMA synchronous`)).toEqual([{ synchronous: 2 }]);
  expect(await db.all(sql`PRAGMA foreign_keys`)).toEqual([{ foreign_keys: 1 }]);
  await db.close();
  expect(readdirSync(folder)).toEqual(["kata.db"]);
  expect(pragma("application_id")).toBe(APPLICATION_ID);
  expect(pragma("user_version")).toBe(SCHEMA_VERSION);
});

test("`openStore()` leaves the database of another program alone, and says how to bring its issues over", async () => {
  const other = new Database(path, { create: true });
  other.run("CREATE TABLE issues (id INTEGER PRIMARY KEY)");
  other.close();
  expect(await refused()).toContain("kata export");
});

test("`openStore()` leaves a file alone that is no database", async () => {
  writeFileSync(path, "Dear diary");
  await refused();
});

test("`openStore()` leaves a newer database alone", async () => {
  await (await openStore(path, ids)).close();
  const newer = new Database(path);
  newer.run(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
  newer.close();
  expect(await refused()).toContain("KATA_DB");
});

test("`openStore()` takes an empty file, and one whose making was cut short", async () => {
  writeFileSync(path, "");
  await (await openStore(path, ids)).close();
  rmSync(path);
  const cut = new Database(path, { create: true });
  cut.run(`PRAGMA application_id = ${APPLICATION_ID}`);
  cut.close();
  const db = await openStore(path, ids);
  expect(await db.all(sql`SELECT id FROM projects`)).toEqual([{ id: 0 }]);
  await db.close();
});
