import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Workspace, workspace } from "../workspace.ts";

/** A workspace with a small history, whose daemon has ended, and what it is exported as. */
async function exportedWorkspace(): Promise<Workspace> {
  const kata = await workspace();
  const parent = (await kata`create One --label ui -q`).stdout.trim();
  const child = (await kata`create Two --parent ${parent} -q`).stdout.trim();
  await kata`comment ${child} --body hi`;
  await kata`daemon stop`;
  await kata`export --output a.jsonl`;
  return kata;
}

const COUNTS = "1 project, 1 project alias, 2 issues, 1 comment, 1 issue label, 1 link and 3 events";
const read = (kata: Workspace, name: string) => readFileSync(join(kata.dir, name), "utf8");
/** What is in the folder of a workspace, but for what was there before. */
const left = (kata: Workspace) => readdirSync(kata.dir).filter((name) => !["a.jsonl", ".git", ".gitignore", ".kata.toml"].includes(name));

test("`kata import` makes a database that is exported the same, says what came in, and works", async () => {
  await using kata = await exportedWorkspace();
  expect(await kata`import --input a.jsonl --target copy.db`).toMatchObject({
    exit: 0,
    stdout: `imported ${COUNTS} into copy.db\n`,
    stderr: "",
  });
  expect(left(kata)).toEqual(["copy.db"]);
  expect(statSync(join(kata.dir, "copy.db")).mode & 0o777).toBe(0o600);
  const env = { KATA_DB: join(kata.dir, "copy.db") };
  expect((await kata.run(["export", "--output", "-"], { env })).stdout).toBe(read(kata, "a.jsonl"));
  expect((await kata.run(["search", "hi"], { env })).stdout).toContain("Two");
  expect((await kata.run(["create", "Three", "-q"], { env })).exit).toBe(0);
  expect((await kata.run(["events"], { env })).stdout.trim().split("\n")).toHaveLength(4);
});

test("`kata import` answers in JSON with the counts of both sides, and says nothing with -q", async () => {
  await using kata = await exportedWorkspace();
  const answer = (await kata`import --input a.jsonl --target b.db --json`).json();
  const counts = { project: { file: 1, database: 1 }, issue: { file: 2, database: 2 }, event: { file: 3, database: 3 } };
  expect(answer).toMatchObject({ kata_api_version: 1, target: "b.db", version: 10, counts, unknown: {}, left_out: {} });
  expect(await kata`import --input a.jsonl --target c.db -q`).toMatchObject({ exit: 0, stdout: "", stderr: "" });
  expect((await kata.run(["import", "--input", "-", "--target", "d.db"], { stdin: read(kata, "a.jsonl") })).stdout).toBe(
    `imported ${COUNTS} into d.db\n`,
  );
});

test("`kata import` needs an input, and a target that is free", async () => {
  await using kata = await exportedWorkspace();
  writeFileSync(join(kata.dir, "there.db"), "x");
  const said = async (...words: string[]) => {
    const { exit, stdout, stderr } = await kata.run(["import", ...words]);
    expect(stdout).toBe("");
    return [exit, stderr.split("\n")[0]];
  };
  expect(await said()).toEqual([3, "kata: --input is missing"]);
  expect(await said("--input", "a.jsonl")).toEqual([3, "kata: --target is missing"]);
  expect(await said("--input", "a.jsonl", "--target", "there.db")).toEqual([3, `kata: ${join(kata.dir, "there.db")} exists.`]);
  expect(await said("--input", "no.jsonl", "--target", "new.db")).toEqual([
    1,
    'kata: --input "no.jsonl" can\'t be read: there is no such file or folder.',
  ]);
  expect(await said("--input", "a.jsonl", "--target", "none/new.db")).toEqual([
    1,
    expect.stringContaining("can't be made: there is no such file or folder."),
  ]);
  expect(await said("--input", "a.jsonl", "--target", "a.jsonl", "--force")).toEqual([3, "kata: --input and --target are the same file."]);
  expect(await said("--input", "a.jsonl", "--target", "new.db", "--merge")).toEqual([
    4,
    expect.stringContaining("There is no database at"),
  ]);
  expect((await said("--input", "a.jsonl", "--target", "there.db", "--merge", "--force"))[0]).toBe(2);
  expect((await said("--input", "a.jsonl", "--target", "there.db", "--merge", "--new-instance"))[0]).toBe(2);
  expect(left(kata)).toEqual(["there.db"]);
  expect(read(kata, "there.db")).toBe("x");
});

test("`kata import` waits for no daemon: while one runs, of either database, it is refused", async () => {
  await using kata = await exportedWorkspace();
  await kata`import --input a.jsonl --target copy.db`;
  const env = { KATA_DB: join(kata.dir, "copy.db") };
  await kata.run(["list"], { env });
  const target = await kata`import --input a.jsonl --target copy.db --force`;
  expect([target.exit, target.stderr]).toEqual([
    3,
    `kata: The daemon of ${env.KATA_DB} is running.\nHint: End it first: KATA_DB=${env.KATA_DB} kata daemon stop\n`,
  ]);
  await kata.run(["daemon", "stop"], { env });
  await kata`list`;
  const selected = await kata`import --input a.jsonl --target other.db`;
  expect([selected.exit, selected.stderr]).toEqual([
    3,
    `kata: The daemon of ${join(kata.home, "kata.db")} is running.\nHint: End it first: kata daemon stop\n`,
  ]);
});

test("`kata import --force` keeps what was there beside the new database, with what was in its WAL", async () => {
  await using kata = await exportedWorkspace();
  await kata`import --input a.jsonl --target copy.db`;
  const env = { KATA_DB: join(kata.dir, "copy.db") };
  await kata.run(["create", "Unsaved"], { env });
  for (const pid of kata.daemons()) process.kill(pid, "SIGKILL");
  while (kata.daemons().length > 0) await Bun.sleep(5);
  expect(left(kata)).toContain("copy.db-wal");

  const { exit, stderr } = await kata`import --input a.jsonl --target copy.db --force`;
  const former = /^kata: what was at copy\.db is kept as (\S+)\n$/.exec(stderr)?.[1] ?? "";
  expect([exit, former]).toEqual([0, expect.stringMatching(/copy\.db\.bak\.\d{8}T\d{6}Z$/)]);
  expect(left(kata).filter((name) => name.endsWith("-wal"))).toEqual([]);
  const titles = (path: string) => {
    const db = new Database(path, { readonly: true });
    const found = db.query<{ title: string }, []>("SELECT title FROM issues ORDER BY id").all();
    db.close();
    return found.map(({ title }) => title);
  };
  expect([titles(former), titles(env.KATA_DB)]).toEqual([
    ["One", "Two", "Unsaved"],
    ["One", "Two"],
  ]);

  writeFileSync(join(kata.dir, "cut.jsonl"), read(kata, "a.jsonl").slice(0, -200));
  expect((await kata`import --input cut.jsonl --target copy.db --force`).exit).toBe(3);
  expect(titles(env.KATA_DB)).toEqual(["One", "Two"]);
});

test("`kata import` puts nothing beside a WAL that another database left", async () => {
  await using kata = await exportedWorkspace();
  await kata`create Unsaved`;
  for (const pid of kata.daemons()) process.kill(pid, "SIGKILL");
  while (kata.daemons().length > 0) await Bun.sleep(5);
  writeFileSync(join(kata.dir, "new.db-wal"), readFileSync(join(kata.home, "kata.db-wal")));
  expect((await kata`import --input a.jsonl --target new.db`).exit).toBe(0);
  const { stdout } = await kata.run(["list", "--status", "all"], { env: { KATA_DB: join(kata.dir, "new.db") } });
  expect(stdout).not.toContain("Unsaved");
});

test("`kata import` of what is wrong says which line and why, and leaves nothing", async () => {
  await using kata = await exportedWorkspace();
  const whole = read(kata, "a.jsonl");
  const lines = whole.trimEnd().split("\n");
  const said = async (text: string) => {
    writeFileSync(join(kata.dir, "bad.jsonl"), text);
    const { exit, stdout, stderr } = await kata`import --input bad.jsonl --target new.db`;
    expect([stdout, left(kata)]).toEqual(["", ["bad.jsonl"]]);
    return [exit, stderr.split("\n")[0]];
  };
  expect(await said(whole.slice(0, -30))).toEqual([3, `kata: line ${lines.length}: this is not JSON`]);
  expect(await said(lines.slice(0, -7).join("\n"))).toEqual([
    3,
    expect.stringMatching(/^kata: The file says that it has \d+ \w+ records, and has \d+\.$/),
  ]);
  expect(await said(lines.slice(1).join("\n"))).toEqual([3, "kata: line 1: the first record must say the export_version"]);
  expect(await said(whole.replace('"10"', '"33"'))).toEqual([3, 'kata: line 1: export_version must be from 1 to 10, not "33"']);
  expect(await said("")).toEqual([3, "kata: line 1: the file is empty"]);
  expect(await said([...lines, lines[5]].join("\n"))).toEqual([3, expect.stringContaining("stand before")]);
});

test("`kata import` reports what it does not know, and takes the rest", async () => {
  await using kata = await exportedWorkspace();
  const text = read(kata, "a.jsonl").replace('"status":"open"', '"status":"open","mood":"sunny"') + '{"kind":"weather","data":{}}\n';
  writeFileSync(join(kata.dir, "more.jsonl"), text);
  const { exit, stderr } = await kata`import --input more.jsonl --target new.db`;
  expect([exit, stderr]).toEqual([
    0,
    "kata: 1 weather left out: this kata does not know what that is\nkata: 1 issue.mood left out: this kata does not know what that is\n",
  ]);
});

test("`kata import --merge` brings one project to the others, and `--new-instance` makes a copy with an identity of its own", async () => {
  await using kata = await exportedWorkspace();
  await using other = await workspace({ project: "demo" });
  await other`create Elsewhere`;
  await other`daemon stop`;
  await kata`export --output one.jsonl --project demo`;
  const target = join(other.home, "kata.db");
  writeFileSync(join(other.dir, "one.jsonl"), read(kata, "one.jsonl"));
  const merged = await other`import --input one.jsonl --target ${target} --merge`;
  expect(merged).toMatchObject({
    exit: 0,
    stdout: `imported ${COUNTS} into ${target}\n`,
    stderr: 'kata: project 1 is called "demo-2" here, not "demo"\n',
  });
  expect((await other`projects list`).stdout).toBe("1  demo\n2  demo-2\n");
  expect((await other`list --project demo-2`).stdout).toContain("Two");
  expect((await other`list --project demo`).stdout).toContain("Elsewhere");
  await other`daemon stop`;
  const again = await other`import --input one.jsonl --target ${target} --merge`;
  expect([again.exit, again.stderr]).toEqual([5, expect.stringContaining("is in the target already, so nothing was merged.")]);

  const instance = async (name: string, ...flags: string[]) => {
    await kata.run(["import", "--input", "a.jsonl", "--target", name, ...flags]);
    const { stdout } = await kata.run(["export", "--output", "-"], { env: { KATA_DB: join(kata.dir, name) } });
    return /"key":"instance_uid","value":"(\w+)"/.exec(stdout)?.[1];
  };
  const [same, own] = [await instance("same.db"), await instance("own.db", "--new-instance")];
  expect(read(kata, "a.jsonl")).toContain(`"${same}"`);
  expect(own).not.toBe(same);
});

test("`kata import` that is interrupted leaves nothing, and says so", async () => {
  await using kata = await exportedWorkspace();
  await Bun.$`mkfifo ${join(kata.dir, "fifo")}`;
  const child = kata.start(["import", "--input", "fifo", "--target", "new.db"]);
  // Whoever writes the file never comes to its end.
  const writer = Bun.spawn(["sh", "-c", 'exec 3> "$0/fifo"; cat "$0/a.jsonl" >&3; exec sleep 60', kata.dir]);
  try {
    for (const end = Date.now() + 10_000; !left(kata).some((name) => name.endsWith(".tmp-wal")); await Bun.sleep(5)) {
      if (Date.now() > end) throw new Error("It never began.");
    }
    child.kill("SIGINT");
    expect(await child.exited).toBe(130);
    expect(await child.stderr.text()).toBe("kata: The import was interrupted, and nothing of it is left.\n");
    expect(left(kata)).toEqual(["fifo"]);
  } finally {
    writer.kill();
    await writer.exited;
  }
});

test("`kata import` brings tokens back that work, with their history, and revoked ones stay revoked", async () => {
  const config = '[auth]\ntoken = "bootstrap-admin-token"\nrequire_token_identity = true\n';
  await using kata = await workspace({ project: "demo" });
  await Bun.write(join(kata.home, "config.toml"), config);
  await kata`daemon restart`;
  const as = (token: string, more: object = {}) => ({ env: { KATA_AUTH_TOKEN: token, ...more } });
  const boot = as("bootstrap-admin-token");
  const mint = async (actor: string) =>
    /kata_\w{36}/.exec((await kata.run(["tokens", "create", "--actor", actor], boot)).stdout)?.[0] ?? "";
  const [ann, eve] = [await mint("ann"), await mint("eve")];
  await kata.run(["tokens", "revoke", "2"], boot);
  await kata`daemon stop`;
  await kata`export --output a.jsonl`;
  expect(read(kata, "a.jsonl")).not.toContain(ann);
  expect((await kata`import --input a.jsonl --target copy.db`).stdout).toContain("2 api tokens");

  const db = { KATA_DB: join(kata.dir, "copy.db") };
  // By itself, since a daemon that a command starts takes that command's token for its own.
  await kata.run(["daemon", "start"], { env: db });
  const made = await kata.run(["create", "By a token", "--as", "mallory", "--json"], as(ann, db));
  expect(made.json()).toMatchObject({ issue: { author: "ann" } });
  const revoked = await kata.run(["create", "By a revoked one"], as(eve, db));
  expect([revoked.exit, revoked.stderr]).toEqual([1, expect.stringContaining("This token was revoked")]);
  await kata.run(["daemon", "stop"], as("bootstrap-admin-token", db));
  const { stdout } = await kata.run(["export", "--output", "-"], { env: db });
  const told = [...stdout.matchAll(/"kind":"system_event".*"type":"(token\.\w+)"/g)].map(([, type]) => type);
  expect(told).toEqual(["token.created", "token.created", "token.revoked"]);
});
