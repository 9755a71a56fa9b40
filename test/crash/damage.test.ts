import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { closeSync, existsSync, openSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { homeOf } from "../../src/config/home.ts";
import { type Ran, type Workspace, workspace } from "../workspace.ts";
import { api, create, newTitle } from "./client.ts";

type Check = { id: string; status: string; summary: string; details: string[]; fix: string | null };

const doctor = async (kata: Workspace): Promise<Check | undefined> =>
  (await kata`doctor --json`).json<{ checks: Check[] }>().checks.find(({ id }) => id === "storage.integrity");

/** Writes over one page of a table, as a bad disk does. */
function damage(path: string, table: string): void {
  const db = new Database(path, { readwrite: true });
  const [row] = db
    .query<{ at: number; size: number }, [string]>(
      "SELECT pgoffset AS at, pgsize AS size FROM dbstat WHERE name = ? AND pagetype = 'leaf' LIMIT 1 OFFSET 1",
    )
    .all(table);
  db.close();
  if (!row) throw new Error(`${table} has no second page.`);
  const file = openSync(path, "r+");
  writeSync(file, Buffer.alloc(row.size, 0xa5), 0, row.size, row.at);
  closeSync(file);
}

async function withDamage() {
  const kata = await workspace();
  const last = { ref: "" };
  for (let n = 0; n < 40; n++) last.ref = (await create(kata, newTitle(), { body: "words ".repeat(100) })).uid;
  await kata`daemon stop`;
  const db = join(kata.home, "kata.db");
  damage(db, "issues");
  return { kata, db, ...last, [Symbol.asyncDispose]: () => kata[Symbol.asyncDispose]() };
}

const DESTRUCTIVE = /\b(delet|remov|rm |drop|wip|purg|reset|fresh|new database|empty|overwrit)/i;
const KEEP = expect.stringMatching(/^Stop the daemon, copy the database .*restore a backup: docs\/data-safety\.md\.$/) as string;

test("`kata doctor` finds a damaged page, whether a daemon runs or not, changes nothing and says how to keep what is there", async () => {
  await using on = await withDamage();
  const { kata, db } = on;
  const [before, files] = [readFileSync(db), readdirSync(kata.home)];
  const found = await doctor(kata);
  expect(found).toEqual({
    id: "storage.integrity",
    category: "storage",
    status: "fail",
    summary: `${db} is damaged`,
    details: expect.any(Array) as string[],
    fix: KEEP,
  } as Check);
  expect(found?.details.length).toBeGreaterThan(0);
  expect([readFileSync(db).equals(before), readdirSync(kata.home)]).toEqual([true, files]);
  const text = await kata`doctor`;
  expect([text.exit, text.stdout]).toEqual([1, expect.stringContaining(`fail  storage.integrity  ${db} is damaged\n`)]);

  expect((await kata`daemon start`).exit).toBe(0);
  expect(await doctor(kata)).toMatchObject({ status: "fail", fix: KEEP });
  expect(text.stdout + text.stderr).not.toMatch(DESTRUCTIVE);
});

test("a daemon that meets a damaged page says so, takes no change any more, and never suggests to delete anything", async () => {
  await using on = await withDamage();
  const { kata, db } = on;
  const said: Ran[] = [await kata`list`];
  expect(said[0]).toMatchObject({ exit: 1, stdout: "" });
  expect(said[0]?.stderr).toMatch(
    /^kata: The database is damaged: database disk image is malformed\.\nHint: Stop the daemon, copy the database /,
  );
  const response = await api(kata, "/projects/1/issues");
  expect([response.status, await response.json()]).toEqual([
    503,
    { status: 503, error: { code: "storage_damaged", message: expect.any(String) as string, hint: KEEP } },
  ]);
  expect(await create(kata, newTitle())).toMatchObject({ status: 503, code: "storage_damaged" });
  // What is whole can still be read.
  expect((await kata`projects list`).exit).toBe(0);
  said.push(await kata`create "One more"`, await kata`health`, await kata`doctor`);
  expect(said.map(({ exit }) => exit)).toEqual([1, 1, 1, 1]);
  expect(said[2]?.stdout).toStartWith("ok=false ");
  said.push(await kata`daemon stop`);
  for (const { stdout, stderr } of said) expect(stdout + stderr).not.toMatch(DESTRUCTIVE);
  const log = readFileSync(homeOf(kata.env).log, "utf8");
  expect(log).toContain("error The database is damaged: no change is taken. said=SQLITE_CORRUPT");
  expect(log).not.toMatch(DESTRUCTIVE);
  expect(existsSync(`${db}-wal`)).toBe(true);
});
