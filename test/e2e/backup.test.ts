import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { recordsOf } from "../exports.ts";
import { type Workspace, workspace } from "../workspace.ts";

const titlesIn = (path: string) => {
  const db = new Database(path, { readonly: true });
  const found = db.query<{ title: string }, []>("SELECT title FROM issues ORDER BY id").all();
  db.close();
  return found.map(({ title }) => title);
};

test("`kata backup` writes a copy and an export of the same moment beside a daemon, and both are whole", async () => {
  await using kata = await workspace();
  await kata`create One`;
  const { exit, stdout, stderr } = await kata`backup`;
  const [, copy = "", jsonl = ""] = /^backed up .*1 issue.*: (\S+) and (\S+)\n$/.exec(stdout) ?? [];
  expect([exit, stderr]).toEqual([0, ""]);
  expect(copy).toMatch(/kata-backup-\d{8}T\d{6}Z\.db$/);
  expect([titlesIn(copy), statSync(copy).mode & 0o777, statSync(jsonl).mode & 0o777]).toEqual([["One"], 0o600, 0o600]);
  expect(readFileSync(jsonl, "utf8")).toBe((await kata`export --output - --allow-running-daemon`).stdout);
  expect((await kata`create Two`).exit).toBe(0);
  // It is a database like any other.
  expect((await kata.run(["list"], { env: { KATA_DB: copy } })).stdout).toContain("One");
});

test("`kata backup` goes where it is told, and takes nobody's place", async () => {
  await using kata = await workspace();
  const at = (name: string) => join(kata.dir, name);
  mkdirSync(at("folder"));
  expect((await kata`backup --output folder -q`).stdout).toBe("");
  expect(readdirSync(at("folder"))).toHaveLength(2);
  const answer = (await kata`backup --output nightly.db --json`).json();
  expect(answer).toMatchObject({ snapshot: at("nightly.db"), export: at("nightly.jsonl"), counts: { project: 1 } });
  const again = await kata`backup --output nightly.jsonl`;
  expect([again.exit, again.stderr.split("\n")[0]]).toEqual([3, `kata: ${at("nightly.db")} exists.`]);
  const nowhere = await kata`backup --output none/a.db`;
  expect([nowhere.exit, nowhere.stderr.split("\n")[0]]).toEqual([
    1,
    "kata: The backup failed, and nothing of it is left: there is no such file or folder.",
  ]);
  await using empty = await workspace({ project: false });
  expect((await empty`backup`).exit).toBe(4);
});

/** What a daemon has written down of its database. */
const written = (dir: string) =>
  existsSync(dir) ? readdirSync(dir).flatMap((hash) => readdirSync(join(dir, hash)).map((name) => join(dir, hash, name))) : [];

async function until(what: () => boolean): Promise<void> {
  for (const end = Date.now() + 15_000; !what(); await Bun.sleep(20)) if (Date.now() > end) throw new Error("It did not come to pass.");
}

const logOf = (kata: Workspace) => {
  const [hash = ""] = readdirSync(join(kata.home, "runtime"));
  return readFileSync(join(kata.home, "runtime", hash, "daemon.log"), "utf8");
};

test("`kata daemon start` with [backup] writes the database down at once and again, and forgets what is old of its own", async () => {
  await using kata = await workspace({ project: false });
  const dir = join(kata.home, "backups");
  await Bun.write(join(kata.home, "config.toml"), `[backup]\ndir = "${dir}"\ninterval = "1s"\nretain = "24h"\n`);
  await kata`daemon start`;
  await kata`init --project demo`;
  await until(() => written(dir).length > 0);
  const folder = join(written(dir)[0] ?? "", "..");
  const [old, leftOver] = ["kata-20200101T000000Z.jsonl", "kata-20200105T000000Z.jsonl.12-ab.tmp"];
  mkdirSync(join(folder, "kata-20200102T000000Z.jsonl"));
  symlinkSync(join(kata.home, "config.toml"), join(folder, "kata-20200103T000000Z.jsonl"));
  for (const name of [old, "kata-20200104T000000Z.jsonl.old", "notes.txt", leftOver]) writeFileSync(join(folder, name), "x");
  await kata`create "Written down"`;
  await until(() => ![old, leftOver].some((name) => existsSync(join(folder, name))));
  const kept = readdirSync(folder);
  expect(kept).toEqual(
    expect.arrayContaining(["kata-20200102T000000Z.jsonl", "kata-20200103T000000Z.jsonl", "kata-20200104T000000Z.jsonl.old", "notes.txt"]),
  );
  const ours = () =>
    readdirSync(folder)
      .filter((name) => /^kata-(?!2020).*Z\.jsonl$/.test(name))
      .sort();
  await until(() => readFileSync(join(folder, ours().at(-1) ?? ""), "utf8").includes("Written down"));
  expect(statSync(join(folder, ours()[0] ?? "")).mode & 0o777).toBe(0o600);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(recordsOf(readFileSync(join(folder, ours()[0] ?? ""), "utf8"))[0]).toMatchObject({ kind: "meta" });
  await kata`daemon stop`;
  expect(logOf(kata)).toContain(` info the database was written down path=${folder}/kata-`);
});

test("`kata daemon start` whose backups fail goes on, and says so in its log", async () => {
  await using kata = await workspace({ project: false });
  writeFileSync(join(kata.home, "file"), "");
  await kata.run(["daemon", "start"], { env: { KATA_BACKUP_DIR: join(kata.home, "file", "none") } });
  await until(() => / error the database could not be written down; what is there stays: .* again_in_s=86400\n/.test(logOf(kata)));
  expect((await kata`init --project demo`).exit).toBe(0);
});

test("a daemon that a command started by itself makes no backups", async () => {
  await using kata = await workspace({ env: { KATA_BACKUP_DIR: "/nonexistent/kata" } });
  await kata`create One`;
  await kata`daemon stop`;
  expect(logOf(kata)).not.toContain("written down");
});

test("`kata daemon start` refuses settings of backups that are half or wrong", async () => {
  await using kata = await workspace({ project: false });
  const said = async (config: string, env: Record<string, string> = {}) => {
    await Bun.write(join(kata.home, "config.toml"), config);
    const { exit, stderr } = await kata.run(["daemon", "start"], { env });
    return [exit, stderr.split("\n")[0]];
  };
  const at = (line: number, key: string) => `kata: ${join(kata.home, "config.toml")}:${line}: backup.${key}`;
  expect(await said('[backup]\ninterval = "1h"\n')).toEqual([2, `${at(2, "interval")} is set, and no folder for the backups`]);
  expect(await said("", { KATA_BACKUP_RETAIN: "1h" })).toEqual([2, "kata: KATA_BACKUP_RETAIN is set, and no folder for the backups"]);
  expect(await said('[backup]\ndir = "here"\n')).toEqual([1, `${at(2, "dir")}: must be an absolute path, not "here"`]);
  const wrong = "must be a duration of a second at least, not";
  expect(await said('[backup]\ndir = "/x"\nretain = "0"\n')).toEqual([1, `${at(3, "retain")}: ${wrong} "0"`]);
  expect(await said('[backup]\ndir = "/x"\n', { KATA_BACKUP_INTERVAL: "daily" })).toEqual([
    1,
    `kata: KATA_BACKUP_INTERVAL: ${wrong} "daily"`,
  ]);
});
