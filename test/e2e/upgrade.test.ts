import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { copyFileSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { SCHEMA_VERSION } from "../../src/store/open.ts";
import { workspace } from "../workspace.ts";

const OLD = join(import.meta.dir, "../upgrades/schema-1.db");
const EXPECTED = /^kata: the database was upgraded; as it was before, it is kept as (\S+kata\.db\.bak\.\d{8}T\d{6}Z)\n/;

function inside(path: string): { user_version: number; issues: number } {
  const db = new Database(path, { readonly: true });
  const { user_version } = db.query("PRAGMA user_version").get() as { user_version: number };
  const { issues } = db.query("SELECT count(*) AS issues FROM issues").get() as { issues: number };
  db.close();
  return { user_version, issues };
}

test("the first command of a newer kata upgrades the database, and says where it is kept as it was", async () => {
  await using kata = await workspace({ project: false });
  const path = join(kata.home, "kata.db");
  copyFileSync(OLD, path);
  const { exit, stdout, stderr } = await kata`list --project first --status all`;
  expect([exit, stdout]).toEqual([0, expect.stringContaining("The login fails")]);
  const copy = EXPECTED.exec(stderr)?.[1] ?? "";
  expect(inside(copy)).toEqual({ ...inside(OLD), user_version: 1 });
  expect(statSync(copy).mode & 0o777).toBe(0o600);
  expect((await kata`list --project first`).stderr).toBe("");
  await kata`daemon stop`;
  expect(inside(path)).toEqual({ ...inside(OLD), user_version: SCHEMA_VERSION });
  expect(readdirSync(kata.home).filter((name) => name.includes(".bak."))).toHaveLength(1);
});

test("`kata daemon start` says so too, and its log as well", async () => {
  await using kata = await workspace({ project: false });
  copyFileSync(OLD, join(kata.home, "kata.db"));
  const { stderr } = await kata`daemon start`;
  expect(stderr).toContain("\nkata: the database was upgraded; as it was before, it is kept as ");
  const [hash = ""] = readdirSync(join(kata.home, "runtime"));
  const log = readFileSync(join(kata.home, "runtime", hash, "daemon.log"), "utf8");
  expect(log).toContain(` info the database has schema version 1 and is brought to ${SCHEMA_VERSION}; first it is copied\n`);
});

test("`kata export` and `kata backup` leave an older database as it is", async () => {
  await using kata = await workspace({ project: false });
  const path = join(kata.home, "kata.db");
  copyFileSync(OLD, path);
  const { exit, stdout, stderr } = await kata`export --output -`;
  expect([exit, stderr]).toEqual([0, ""]);
  const kept = readFileSync(join(import.meta.dir, "../upgrades/schema-1.jsonl"), "utf8");
  const records = (text: string) => text.split("\n").filter((line) => !line.startsWith('{"kind":"contents"'));
  expect(records(stdout)).toEqual(expect.arrayContaining(records(kept)));
  expect((await kata`backup --output ${join(kata.dir, "copy.db")}`).exit).toBe(0);
  expect(inside(join(kata.dir, "copy.db")).user_version).toBe(1);
  expect(readFileSync(path).equals(readFileSync(OLD))).toBe(true);
});

test("a database that can't be upgraded is left as it is, and the daemon says why", async () => {
  await using kata = await workspace({ project: false });
  const path = join(kata.home, "kata.db");
  copyFileSync(OLD, path);
  const broken = new Database(path);
  broken.run("CREATE TABLE api_tokens (id INTEGER)");
  broken.close();
  const { exit, stderr } = await kata`projects list`;
  expect([exit, stderr.split("\n")[0]]).toEqual([
    1,
    `kata: The database could not be brought from schema version 1 to ${SCHEMA_VERSION}, and is as it was: table api_tokens already exists`,
  ]);
  expect(stderr).toContain("\nHint: Go on with the kata that you had before, and report this.\n");
  expect(inside(path)).toEqual({ ...inside(OLD), user_version: 1 });
  expect(readdirSync(kata.home).filter((name) => name.includes(".bak."))).toEqual([]);
});
