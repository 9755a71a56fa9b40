import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Opening } from "./migrate.ts";
import { migrations } from "./migrations.ts";
import { openStore, readStore } from "./open.ts";
import { sql } from "./sql.ts";

const NEXT = migrations.length + 1;
let folder: string;
let path: string;
let told: string[];
let opening: Opening;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "kata-upgrade-"));
  path = join(folder, "kata.db");
  told = [];
  let n = 0;
  opening = {
    ulid: () => `01KJKB5W00000000000000${String(n++).padStart(4, "0")}`,
    now: () => "2026-03-01T12:00:00.000Z",
    notice: (line) => told.push(line),
  };
  const db = await openStore(path, opening);
  await db.transact((tx) => tx.run(sql`INSERT INTO projects (uid, name, created_at) VALUES ('u', 'demo', 'x')`));
  await db.close();
});
afterEach(() => rmSync(folder, { recursive: true }));

const further = (sqlite: string): Opening => ({ ...opening, migrations: [...migrations, { name: "9999-further", sqlite, postgres: "" }] });

function inside(file: string, query: string): unknown {
  const db = new Database(file, { readonly: true });
  try {
    return db.query(query).all();
  } finally {
    db.close();
  }
}

const PROJECTS = "SELECT name FROM projects WHERE id > 0";
const VERSION = "PRAGMA user_version";

test("`openStore()` copies an older database beside it, brings it to the newest schema, and says so", async () => {
  const db = await openStore(path, further("ALTER TABLE projects ADD COLUMN colour TEXT;\nCREATE TABLE more (id INTEGER PRIMARY KEY);\n"));
  expect(await db.all(sql`SELECT name, colour FROM projects WHERE id > 0`)).toEqual([{ name: "demo", colour: null }]);
  expect(await db.all(sql`SELECT value FROM meta WHERE key = 'schema_version'`)).toEqual([{ value: String(NEXT) }]);
  await db.close();
  const copy = `${path}.bak.20260301T120000Z`;
  expect(readdirSync(folder).sort()).toEqual(["kata.db", "kata.db.bak.20260301T120000Z"]);
  expect([inside(path, VERSION), inside(copy, VERSION)]).toEqual([[{ user_version: NEXT }], [{ user_version: NEXT - 1 }]]);
  expect(inside(copy, PROJECTS)).toEqual([{ name: "demo" }]);
  expect(told).toHaveLength(2);
  expect(told[1]).toContain(copy);
});

test("`openStore()` of a database that is up to date or new copies nothing and says nothing", async () => {
  await (await openStore(path, opening)).close();
  await (await openStore(join(folder, "new.db"), further("CREATE TABLE more (id INTEGER PRIMARY KEY);\n"))).close();
  expect(readdirSync(folder).sort()).toEqual(["kata.db", "new.db"]);
  expect(told).toEqual([]);
});

const EVENT =
  "INSERT INTO events (uid, origin_instance_uid, project_id, project_name, type, actor, created_at) VALUES ('e', 'i', 77, 'demo', 'x', 'ann', 'x')";
for (const [what, statements, why] of [
  ["can't be carried out", "ALTER TABLE nowhere ADD COLUMN colour TEXT;\n", "no such table: nowhere"],
  ["loses rows", "DELETE FROM projects WHERE name = 'demo';\n", "projects had 2 rows and would have 1"],
  ["loses a table", "DROP TABLE purge_log;\n", "purge_log had 0 rows and would have none"],
  ["breaks references", `${EVENT};\nDELETE FROM projects WHERE id = 77;\n`, "events had 0 rows"],
  ["leaves references that lead nowhere", "UPDATE projects SET id = 9 WHERE id = 1;\nUPDATE project_aliases SET project_id = 1;\n", ""],
] as const) {
  test(`\`openStore()\` leaves a database as it was when its upgrade ${what}`, async () => {
    const db = new Database(path);
    db.run(
      "INSERT INTO project_aliases (project_id, alias_identity, alias_kind, root_path, created_at, last_seen_at) VALUES (1, 'a', 'local', '/a', 'x', 'x')",
    );
    db.close();
    const before = [inside(path, "SELECT * FROM sqlite_schema"), inside(path, PROJECTS), inside(path, VERSION)];
    const refused = openStore(path, further(statements));
    await expect(refused).rejects.toThrow(why === "" ? "names a row of projects that is not there" : why);
    await expect(refused).rejects.toThrow("and is as it was");
    expect([inside(path, "SELECT * FROM sqlite_schema"), inside(path, PROJECTS), inside(path, VERSION)]).toEqual(before);
    // The next attempt makes a copy of its own.
    expect(readdirSync(folder).filter((name) => name.includes(".bak"))).toEqual([]);
    await (await openStore(path, opening)).close();
  });
}

test("`openStore()` does not touch a database that no copy can be made of", async () => {
  const copy = new Database(path);
  copy.run("PRAGMA foreign_keys = OFF");
  copy.run(EVENT);
  copy.close();
  await expect(openStore(path, further("CREATE TABLE more (id INTEGER PRIMARY KEY);\n"))).rejects.toThrow(
    "no copy of it could be made first",
  );
  expect(inside(path, VERSION)).toEqual([{ user_version: NEXT - 1 }]);
});

test("`readStore()` reads an older database by way of a copy, and leaves it as it is", async () => {
  const old = new Database(path);
  old.run("PRAGMA user_version = 0");
  for (const { name } of old
    .query<{ name: string }, []>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'issues_fts_%'",
    )
    .all()) {
    old.run(`DROP TABLE IF EXISTS ${name}`);
  }
  old.close();
  expect(await readStore(path, opening, (db) => db.all(sql`SELECT id FROM projects`))).toEqual([{ id: 0 }]);
  expect(inside(path, VERSION)).toEqual([{ user_version: 0 }]);
  expect(inside(path, "SELECT name FROM sqlite_schema WHERE name = 'projects'")).toEqual([]);
});
