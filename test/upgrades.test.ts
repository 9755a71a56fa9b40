import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore, readStore, SCHEMA_VERSION } from "../src/store/open.ts";
import { kinds } from "../src/store/kinds.ts";
import { exportRecords } from "../src/offline/export-records.ts";
import { exported, recordsOf, restored } from "./exports.ts";

const FOLDER = join(import.meta.dir, "upgrades");
const versions = Array.from({ length: SCHEMA_VERSION }, (_, i) => i + 1);
const opening = { ulid: () => "01KJKB5W000000000000000000", now: () => "2026-03-01T12:00:00.000Z" };

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kata-schema-"));
  path = join(folder, "kata.db");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** An export but for its own table of contents, which counts kinds that came later too. */
const lines = (text: string) => recordsOf(text).filter(({ kind }) => kind !== "contents");

test("every schema that ever landed has a database and an export here", () => {
  const wanted = versions.flatMap((version) => [`schema-${version}.db`, `schema-${version}.jsonl`]);
  expect(
    readdirSync(FOLDER)
      .filter((name) => name.startsWith("schema-"))
      .sort(),
  ).toEqual(wanted.sort());
});

for (const version of versions) {
  describe(`schema ${version}`, () => {
    const before = () => readFileSync(join(FOLDER, `schema-${version}.jsonl`), "utf8");
    beforeEach(() => copyFileSync(join(FOLDER, `schema-${version}.db`), path));

    test("has rows in every table", () => {
      const db = new Database(path);
      expect(db.query("PRAGMA user_version").get()).toEqual({ user_version: version });
      const tables = db
        .query<{ name: string }, []>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
        .all();
      const empty = tables.filter(({ name }) => db.query(`SELECT 1 FROM "${name}" LIMIT 1`).get() === null);
      expect(empty).toEqual([]);
      expect(tables.length).toBeGreaterThan(10);
      db.close();
    });

    test("is brought to the newest, with everything that was in it", async () => {
      const db = await openStore(path, opening);
      const after = lines(await exported(db));
      await db.close();
      expect(after).toEqual(expect.arrayContaining(lines(before())));
      expect(readdirSync(folder).some((name) => name.includes(".bak."))).toBe(version < SCHEMA_VERSION);
    });

    test("is exported without being upgraded", async () => {
      const bytes = readFileSync(path);
      let text = "";
      const options = { include_deleted: true, compatible: false };
      await readStore(path, opening, (db) => exportRecords(db, options, async (page) => void (text += page)));
      expect(lines(text)).toEqual(expect.arrayContaining(lines(before())));
      expect(readFileSync(path).equals(bytes)).toBe(true);
      expect(readdirSync(folder)).toEqual(["kata.db"]);
    });

    test("comes back from its export as it is from an upgrade", async () => {
      const db = await openStore(path, opening);
      const upgraded = lines(await exported(db));
      await db.close();
      await restored(before(), async (again) => expect(lines(await exported(again))).toEqual(upgraded));
    });
  });
}

test("the newest export has a record of every kind, but for those that no database has yet", () => {
  const there = new Set(recordsOf(readFileSync(join(FOLDER, `schema-${SCHEMA_VERSION}.jsonl`), "utf8")).map(({ kind }) => kind));
  expect(kinds.map(({ name }) => name).filter((name) => !there.has(name))).toEqual([]);
});
