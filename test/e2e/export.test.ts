import { expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { recordsOf } from "../exports.ts";
import { type Workspace, workspace } from "../workspace.ts";

const read = (kata: Workspace, name: string) => readFileSync(join(kata.dir, name), "utf8");
const kindsIn = (text: string) => new Set(recordsOf(text).map(({ kind }) => kind));
const modeOf = (path: string) => statSync(path).mode & 0o777;

test("`kata export` writes beside a daemon when it may, for its user alone, and says where", async () => {
  await using kata = await workspace();
  await kata`create One --label ui`;
  const refused = await kata`export --output a.jsonl`;
  expect([refused.exit, refused.stdout, existsSync(join(kata.dir, "a.jsonl"))]).toEqual([3, "", false]);
  expect(refused.stderr).toStartWith("kata: A daemon of this database is running; --allow-running-daemon writes beside it.\nHint: ");

  expect(await kata`export --output a.jsonl --allow-running-daemon`).toMatchObject({ exit: 0, stdout: "exported a.jsonl\n", stderr: "" });
  expect(modeOf(join(kata.dir, "a.jsonl"))).toBe(0o600);
  expect(await kata`export --output b.jsonl --allow-running-daemon -q`).toMatchObject({ exit: 0, stdout: "", stderr: "" });
  expect(read(kata, "b.jsonl")).toBe(read(kata, "a.jsonl"));
  const answer = (await kata`export --output c.jsonl --allow-running-daemon --json`).json();
  expect(answer).toMatchObject({ kata_api_version: 1, output: "c.jsonl", counts: { project: 1, issue: 1, issue_label: 1, event: 1 } });
  const named = await kata`export --allow-running-daemon`;
  expect(named.stdout).toMatch(/^exported kata-export-\d{8}T\d{6}Z\.jsonl\n$/);
  expect(readdirSync(kata.dir).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test("`kata export` writes to stdout, and to what is no file", async () => {
  await using kata = await workspace();
  await kata`create One`;
  await kata`export --output a.jsonl --allow-running-daemon`;
  const out = await kata`export --output - --allow-running-daemon`;
  expect([out.exit, out.stdout, out.stderr]).toEqual([0, read(kata, "a.jsonl"), ""]);
  expect(await kata`export --output /dev/null --allow-running-daemon`).toMatchObject({ exit: 0, stdout: "exported /dev/null\n" });
  expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
});

test("`kata export` of one project, without deleted issues, or for the original", async () => {
  await using kata = await workspace({ project: "demo" });
  await kata`init --project other --reassign --replace`;
  const { id: there } = (await kata`create There --project other --json`).json<{ issue: { id: number } }>().issue;
  const gone = (await kata`create Gone --project demo -q`).stdout.trim();
  await kata`create Here --project demo`;
  await kata`delete demo#${gone} --force --confirm ${`DELETE demo#${gone}`}`;
  await kata`daemon stop`;
  const titles = async (words: string) => {
    const { stdout, stderr } = await kata.run(["export", "--output", "-", ...words.split(" ").filter(Boolean)]);
    expect(stderr).toBe("");
    return recordsOf(stdout).flatMap(({ kind, data }) => (kind === "issue" ? [data["title"]] : []));
  };
  expect(await titles("")).toEqual(["There", "Gone", "Here"]);
  expect(await titles("--project demo")).toEqual(["Gone", "Here"]);
  expect(await titles("--project-id 1 --include-deleted=false")).toEqual(["Here"]);
  expect(await titles("--project demo --project-id 1")).toEqual(["Gone", "Here"]);
  expect(there).toBe(1);

  expect(await kata`export --output x --project nope`).toMatchObject({ exit: 4, stdout: "" });
  expect(await kata`export --output x --project-id 9`).toMatchObject({ exit: 4, stdout: "" });
  expect(await kata`export --output x --project-id 0`).toMatchObject({ exit: 4, stdout: "" });
  const differ = await kata`export --output x --project demo --project-id 2`;
  expect([differ.exit, differ.stderr.split("\n")[0]]).toEqual([3, "kata: --project demo has id 1, and --project-id says 2."]);
  expect(existsSync(join(kata.dir, "x"))).toBe(false);

  const whole = kindsIn((await kata`export --output -`).stdout);
  const theirs = kindsIn((await kata`export --output - --compatible`).stdout);
  expect([...whole.difference(theirs)].sort()).toEqual(["contents", "event_changes", "system_project"]);
});

test("`kata export` takes the place of an earlier export, and of nothing else", async () => {
  await using kata = await workspace();
  await kata`create One`;
  await kata`daemon stop`;
  const at = (name: string) => join(kata.dir, name);
  await kata`export --output a.jsonl`;
  symlinkSync("a.jsonl", at("link.jsonl"));
  expect((await kata`export --output link.jsonl`).exit).toBe(0);
  expect(read(kata, "link.jsonl")).toBe(read(kata, "a.jsonl"));

  writeFileSync(at("notes.md"), "Dear diary");
  mkdirSync(at("folder"));
  const said = async (output: string) => {
    const { exit, stdout, stderr } = await kata.run(["export", "--output", output]);
    expect(stdout).toBe("");
    return [exit, stderr.split("\n")[0]];
  };
  expect(await said("notes.md")).toEqual([3, "kata: notes.md exists, and is no export."]);
  expect(read(kata, "notes.md")).toBe("Dear diary");
  expect(await said("folder")).toEqual([1, "kata: folder is a folder."]);
  expect(await said("none/a.jsonl")).toEqual([1, "kata: none/a.jsonl can't be written: there is no such file or folder."]);
  expect(await said("")).toEqual([3, "kata: --output must not be empty"]);
  for (const name of ["kata.db", "kata.db-wal", "kata.db.jsonl"]) {
    const path = join(kata.home, name);
    expect(await said(path)).toEqual([3, `kata: ${path} is the database's own file, or could be taken for one.`]);
  }
  expect((await kata`list`).stdout).toContain("One");
});

test("`kata export` reads the database of this machine, and says so to who has selected another daemon", async () => {
  await using kata = await workspace();
  await kata`daemon stop`;
  const env = { KATA_SERVER: "http://127.0.0.1:1" };
  const { exit, stdout, stderr } = await kata.run(["export", "--output", "a.jsonl"], { env });
  expect([exit, stdout]).toEqual([0, "exported a.jsonl\n"]);
  expect(stderr).toBe(
    `kata: this is the database of this machine, ${join(kata.home, "kata.db")}, and not that of the daemon you selected\n`,
  );
  expect((await kata.run(["export", "--daemon", "far"])).exit).toBe(2);
});

test("`kata export` makes no database where there is none", async () => {
  await using kata = await workspace({ project: false });
  const { exit, stderr } = await kata`export`;
  expect([exit, stderr]).toEqual([
    4,
    `kata: There is no database at ${join(kata.home, "kata.db")}.\nHint: KATA_HOME and KATA_DB say where it is.\n`,
  ]);
  expect(existsSync(join(kata.home, "kata.db"))).toBe(false);
});

test("`kata export` gets the data out where nothing can be written, of a daemon that was killed", async () => {
  await using kata = await workspace();
  await kata`create Saved`;
  for (const pid of kata.daemons()) process.kill(pid, "SIGKILL");
  while (kata.daemons().length > 0) await Bun.sleep(5);
  const frozen = join(kata.dir, "frozen");
  mkdirSync(frozen);
  for (const name of ["kata.db", "kata.db-wal"]) writeFileSync(join(frozen, name), readFileSync(join(kata.home, name)));
  // In the place of the WAL's index, for those to whom no permission is denied.
  mkdirSync(join(frozen, "kata.db-shm"));
  chmodSync(frozen, 0o500);
  const env = { KATA_DB: join(frozen, "kata.db") };
  const { exit, stdout, stderr } = await kata.run(["export", "--output", "-"], { env });
  expect([exit, stderr]).toEqual([0, ""]);
  expect(stdout).toContain('"title":"Saved"');
  expect(readdirSync(frozen).sort()).toEqual(["kata.db", "kata.db-shm", "kata.db-wal"]);
  chmodSync(frozen, 0o700);
});

test("`kata export` that is interrupted ends at once, whatever it waits for", async () => {
  await using kata = await workspace();
  await Bun.$`mkfifo ${join(kata.dir, "fifo")}`;
  // Nobody reads.
  const child = kata.start(["export", "--allow-running-daemon", "--output", "fifo"]);
  await Bun.sleep(300);
  child.kill("SIGTERM");
  expect([143, null]).toContain(await child.exited.then((code) => (child.signalCode === null ? code : null)));
  expect(readdirSync(kata.dir).sort()).toEqual([".git", ".gitignore", ".kata.toml", "fifo"]);
});
