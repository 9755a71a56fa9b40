import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, openSync, readdirSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { copyDatabase } from "./snapshots.ts";
import { openHandle } from "./sqlite.ts";

let folder: string;
let path: string;
let copy: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kata-copy-"));
  path = join(folder, "kata.db");
  copy = join(folder, "copy.db");
  const db = openHandle(path);
  db.run("CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT)");
  db.run("CREATE TABLE b (id INTEGER PRIMARY KEY, a_id INTEGER REFERENCES a (id))");
  db.run("PRAGMA user_version = 7");
  for (let i = 0; i < 500; i++) db.run("INSERT INTO a (text) VALUES (?)", [`text ${i} ${"x".repeat(100)}`]);
  db.close();
});
afterEach(() => rmSync(folder, { recursive: true }));

const WRITER = `
  import { Database } from "bun:sqlite";
  const db = new Database(process.argv[2]);
  db.run("PRAGMA busy_timeout = 5000");
  for (;;) db.run("INSERT INTO a (text) VALUES ('more')");`;

function rows(): number {
  const db = new Database(path, { readwrite: true });
  const { n } = db.query("SELECT count(*) AS n FROM a").get() as { n: number };
  db.close();
  return n;
}

test("`copyDatabase()` gives a whole copy, for its user alone, and tells what is in it", async () => {
  expect(await copyDatabase(path, copy)).toEqual({ a: 500, b: 0 });
  expect(statSync(copy).mode & 0o777).toBe(0o600);
  const db = new Database(copy, { readonly: true });
  expect(db.query("PRAGMA user_version").get()).toEqual({ user_version: 7 });
  expect(db.query("SELECT seq FROM sqlite_sequence").get()).toEqual({ seq: 500 });
  db.close();
});

test("`copyDatabase()` has what is still in the WAL, and what was there at one moment while others write", async () => {
  const script = join(folder, "writer.ts");
  writeFileSync(script, WRITER);
  const writer = Bun.spawn([process.execPath, script, path]);
  try {
    for (let n = 500; n === 500; await Bun.sleep(5)) n = rows();
    const { a = 0 } = await copyDatabase(path, copy);
    const db = new Database(copy, { readonly: true });
    expect(db.query("SELECT count(*) AS n, max(id) AS last FROM a").get()).toEqual({ n: a, last: a });
    expect(a).toBeGreaterThan(500);
    db.close();
  } finally {
    writer.kill();
    await writer.exited;
  }
});

test("`copyDatabase()` leaves nothing when the database is broken", async () => {
  const file = openSync(path, "r+");
  for (let page = 3; page < 12; page++) writeSync(file, Buffer.alloc(2_000, 0xab), 0, 2_000, page * 4_096);
  await expect(copyDatabase(path, copy)).rejects.toThrow();
  expect(readdirSync(folder)).toEqual(["kata.db"]);
});

test("`copyDatabase()` leaves nothing when references are broken", async () => {
  const db = new Database(path);
  db.run("INSERT INTO b (a_id) VALUES (9999)");
  db.close();
  await expect(copyDatabase(path, copy)).rejects.toThrow("a row of b names one that is not there");
  expect(readdirSync(folder)).toEqual(["kata.db"]);
});

test("`copyDatabase()` takes no other file's place", async () => {
  writeFileSync(copy, "mine");
  await expect(copyDatabase(path, copy)).rejects.toMatchObject({ code: "EEXIST" });
});
