import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { closeSync, fstatSync, openSync } from "node:fs";
import { join } from "node:path";
import { homeOf } from "../../src/config/home.ts";
import { binary } from "../binary.ts";
import { type Workspace, workspace } from "../workspace.ts";

type Entry = { time: string; level: string; msg: string } & Record<string, unknown>;

const FOREGROUND = ["daemon", "start", "--foreground"];

/** Runs a daemon until it listens, lets `work` do something, ends it, and gives its log. */
async function logOf(kata: Workspace, words: readonly string[], env: Record<string, string>, work = async () => {}): Promise<string> {
  const daemon = kata.start([...FOREGROUND, ...words], { env });
  while ((await kata`health`).exit !== 0) await Bun.sleep(5);
  await work();
  daemon.kill("SIGTERM");
  expect(await daemon.exited).toBe(0);
  return daemon.stderr.text();
}

const entriesOf = (log: string): Entry[] =>
  log
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Entry);

test("the log is a line for each message: when, how grave, what, and its fields", async () => {
  await using kata = await workspace({ project: false });
  const [first = "", last = "", ...rest] = (await logOf(kata, [], {})).trimEnd().split("\n");
  expect(first).toMatch(/^\d{4}-\S+Z info listening on unix:\/\/\S+ pid=\d+ version=\S+ db=\S+kata\.db$/);
  expect(last).toMatch(/^\d{4}-\S+Z info SIGTERM: stopping$/);
  expect(rest).toEqual([]);
});

test("the log is an object a line where the flag, the environment or config.toml says json, in this order", async () => {
  await using kata = await workspace({ project: false });
  const config = (text: string) => Bun.write(join(kata.home, "config.toml"), text);
  for (const [flags, env, file] of [
    [["--log-format", "json"], { KATA_LOG_FORMAT: "text" }, '[log]\nformat = "text"\n'],
    [[], { KATA_LOG_FORMAT: "json" }, '[log]\nformat = "text"\n'],
    [[], {}, '[log]\nformat = "json"\n'],
  ] as const) {
    await config(file);
    const [listening, stopping, ...rest] = entriesOf(await logOf(kata, flags, env));
    expect(listening).toEqual({
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      level: "info",
      msg: expect.stringMatching(/^listening on unix:\/\//),
      pid: expect.any(Number),
      version: expect.any(String),
      db: homeOf(kata.env).db,
    });
    expect(stopping).toMatchObject({ level: "info", msg: "SIGTERM: stopping" });
    expect(rest).toEqual([]);
  }
});

test("a start that fails is told in JSON too, and a format that is none is refused", async () => {
  await using kata = await workspace({ project: false, config: "listn = 1\n" });
  const failed = await kata.run([...FOREGROUND, "--log-format", "json"]);
  expect([failed.exit, entriesOf(failed.stderr)]).toEqual([
    1,
    [
      {
        time: expect.any(String),
        level: "error",
        msg: expect.stringMatching(/config\.toml:1: unknown key listn$/),
        hint: "Did you mean listen?",
      },
    ],
  ]);
  const flag = await kata`daemon start --log-format yaml`;
  expect([flag.exit, flag.stderr]).toEqual([2, 'kata: --log-format must be text or json, not "yaml"\n']);
  const env = await kata.run(["daemon", "start"], { env: { KATA_LOG_FORMAT: "JSON" } });
  expect([env.exit, env.stderr]).toEqual([1, 'kata: KATA_LOG_FORMAT must be text or json, not "JSON"\n']);
  await Bun.write(join(kata.home, "config.toml"), '[log]\nformat = "xml"\n');
  const file = await kata`daemon start`;
  expect([file.exit, file.stderr]).toEqual([1, expect.stringMatching(/config\.toml: \[log\] format must be text or json, not "xml"\n$/)]);
});

test("a daemon in the background writes its log as its start was told", async () => {
  await using kata = await workspace({ project: false });
  expect((await kata`daemon start --log-format json`).exit).toBe(0);
  await kata`daemon stop`;
  expect(entriesOf(await Bun.file(homeOf(kata.env).log).text()).map(({ level }) => level)).toEqual(["info", "info"]);
});

test("for the journal each line has its priority and no time, where stderr is the stream that JOURNAL_STREAM names", async () => {
  await using kata = await workspace();
  await kata`daemon stop`;
  const path = join(kata.home, "journal");
  for (const ours of [true, false]) {
    const file = openSync(path, "w");
    const { dev, ino } = fstatSync(file);
    const env = { ...kata.env, JOURNAL_STREAM: ours ? `${dev}:${ino}` : `${dev}:${ino + 1}` };
    const daemon = Bun.spawn([binary(), ...FOREGROUND], { env, stdio: ["ignore", "ignore", file] });
    closeSync(file);
    while ((await kata`health`).exit !== 0) await Bun.sleep(5);
    {
      using db = new Database(homeOf(kata.env).db);
      db.run("ALTER TABLE issues RENAME TO hidden");
    }
    expect((await kata`list`).exit).toBe(1);
    {
      using db = new Database(homeOf(kata.env).db);
      db.run("ALTER TABLE hidden RENAME TO issues");
    }
    daemon.kill("SIGTERM");
    expect(await daemon.exited).toBe(0);
    const lines = (await Bun.file(path).text()).trimEnd().split("\n");
    if (ours) {
      expect(lines.at(0)).toMatch(/^<6>listening on unix:/);
      expect(lines.at(1)).toMatch(/^<3>GET \/api\/v1\/\S+: .*no such table: issues/);
      expect(lines.slice(2, -1).every((line) => /^<3> +at /.test(line))).toBe(true);
      expect(lines.at(-1)).toBe("<6>SIGTERM: stopping");
    } else expect(lines.at(0)).toMatch(/^\d{4}-\S+Z info listening/);
  }
});

test("the log has no token, no header and no query, whatever goes wrong", async () => {
  const secrets = ["s3cret-of-the-daemon", "s3cret-of-a-stranger", "s3cret-in-a-header", "s3cret-in-the-query"] as const;
  const [token, wrong, header, query] = secrets;
  // An actor's own tokens, ours and the original's, where none belongs.
  const own = ["kata_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17", `kata_${"aZ0_-".repeat(8)}abc`];
  for (const format of ["text", "json"]) {
    await using kata = await workspace({ config: `[auth]\ntoken = "${token}"\n` });
    await kata`daemon stop`;
    const unix = homeOf(kata.env).socket;
    const log = await logOf(kata, ["--log-format", format], {}, async () => {
      using db = new Database(homeOf(kata.env).db);
      db.run("ALTER TABLE issues RENAME TO hidden");
      for (const [bearer, status] of [
        [token, 500],
        [wrong, 403],
      ] as const) {
        const headers = { authorization: `Bearer ${bearer}`, "idempotency-key": header, "content-type": "application/json" };
        const body = JSON.stringify({ actor: "ada", title: `A title with ${token}` });
        const create = `http://kata.invalid/api/v1/projects/1/issues?key=${query}`;
        expect((await fetch(create, { unix, method: "POST", headers, body })).status).toBe(status);
        const show = `http://kata.invalid/api/v1/projects/1/issues/${token}?${query}`;
        expect((await fetch(show, { unix, headers })).status).toBeOneOf([status, 404]);
        for (const each of own) {
          const remove = `http://kata.invalid/api/v1/projects/1/issues/abc4/labels/${each}?actor=ada`;
          expect((await fetch(remove, { unix, method: "DELETE", headers })).status).toBe(status);
        }
      }
      process.kill(kata.daemons()[0] ?? 0, "SIGHUP");
      db.run("ALTER TABLE hidden RENAME TO issues");
    });
    expect(log).toContain("no such table: issues");
    for (const secret of [...secrets, ...own.map((each) => each.slice(5))]) expect(log).not.toContain(secret);
  }
});
