import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { homeOf } from "../../src/config/home.ts";
import { binary } from "../binary.ts";
import { type Workspace, workspace } from "../workspace.ts";

const BOOTSTRAP = "bootstrap-admin-token";
const IDENTITY = `[auth]\ntoken = "${BOOTSTRAP}"\nrequire_token_identity = true\n`;
const TOKEN = /kata_[0-9A-Za-z]{36}/;
const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;

const as = (token: string | undefined) => ({ env: { KATA_AUTH_TOKEN: token } });
const authorOf = async (kata: Workspace, token: string | undefined, ...more: string[]) => {
  const { exit, stdout, stderr } = await kata.run(["create", Bun.randomUUIDv7(), "--json", ...more], as(token));
  return exit === 0 ? (JSON.parse(stdout) as { issue: { author: string } }).issue.author : `${exit}: ${stderr}`;
};
const mint = async (kata: Workspace, ...words: string[]) =>
  TOKEN.exec((await kata.run(["tokens", "create", "-q", ...words], as(BOOTSTRAP))).stdout)?.[0] ?? "";

test("`mint DB-backed tokens and enable identity mode`: `kata tokens create`, `tokens list` and `tokens revoke` as the page has them", async () => {
  await using kata = await workspace({ env: { KATA_AUTH_TOKEN: BOOTSTRAP } });
  const created = await kata`tokens create --actor wesm --name laptop`;
  expect(created).toMatchObject({ exit: 0, stderr: "kata: keep it now, it is not shown again\n" });
  expect(created.stdout).toMatch(new RegExp(`^created token 1 of wesm \\(laptop\\)\n${TOKEN.source}\n$`));
  const token = created.stdout.split("\n")[1] ?? "";
  expect((await kata`tokens list`).stdout).toMatch(
    new RegExp(
      `^ID  ACTOR  NAME    MAY    STATE  CREATED ${" ".repeat(17)} LAST USED  EXPIRES\n1   wesm   laptop  write  live   ${TIME}  -          -\n$`,
    ),
  );
  // It counts at once, before identity mode is on.
  expect(await authorOf(kata, token, "--as", "mallory")).toBe("wesm");
  expect(await authorOf(kata, BOOTSTRAP, "--as", "ann")).toBe("ann");

  await Bun.write(join(kata.home, "config.toml"), IDENTITY);
  expect((await kata.run(["daemon", "restart"], as(undefined))).exit).toBe(0);
  expect(await authorOf(kata, token, "--as", "mallory")).toBe("wesm");
  const refused = await kata.run(["create", "By nobody", "--json"], as(BOOTSTRAP));
  expect([refused.exit, JSON.parse(refused.stderr)]).toMatchObject([
    1,
    { error: { code: "bootstrap_token_write_forbidden", exit_code: 1 } },
  ]);
  expect((await kata.run(["list"], as(BOOTSTRAP))).exit).toBe(0);
  expect((await kata.run(["tokens", "list", "--json"], as(BOOTSTRAP))).json()).toMatchObject({
    tokens: [{ id: 1, actor: "wesm", name: "laptop", last_used_at: expect.stringMatching(new RegExp(TIME)), state: "live" }],
    observed_at: expect.stringMatching(new RegExp(TIME)),
  });

  expect(await kata`tokens revoke 1`).toMatchObject({ exit: 0, stdout: "revoked token 1 of wesm (laptop)\n", stderr: "" });
  expect((await kata`tokens revoke 1`).stdout).toMatch(
    new RegExp(`^token 1 of wesm \\(laptop\\) was revoked already, at ${TIME} \\(no-op\\)\n$`),
  );
  const gone = await kata.run(["list"], as(token));
  expect([gone.exit, gone.stderr]).toEqual([
    1,
    expect.stringMatching(/^kata: This token was revoked\. The token came from KATA_AUTH_TOKEN\.\nHint: /),
  ]);
  expect((await kata`tokens list`).stdout).toContain("  revoked  ");
});

test("whoever works with a token of their own starts no daemon that asks it of others", async () => {
  await using kata = await workspace({ env: { KATA_AUTH_TOKEN: BOOTSTRAP } });
  const token = await mint(kata, "--actor", "wesm");
  await Bun.write(join(kata.home, "config.toml"), IDENTITY);
  for (const start of [
    ["daemon", "stop"],
    ["daemon", "restart"],
  ]) {
    expect((await kata.run(start, as(token))).exit).toBe(0);
    expect(await authorOf(kata, token, "--as", "mallory")).toBe("wesm");
    expect((await kata.run(["tokens", "list"], as(BOOTSTRAP))).exit).toBe(0);
    expect((await kata.run(["tokens", "list"], as(token))).exit).toBe(1);
  }

  // Where the daemon has no token at all, it asks for none.
  await Bun.write(join(kata.home, "config.toml"), "");
  await kata`daemon stop`;
  expect(await authorOf(kata, token, "--as", "mallory")).toBe("wesm");
  expect(await authorOf(kata, undefined, "--as", "ann")).toBe("ann");
  const refused = await kata.run(["daemon", "start", "--listen", "127.0.0.1:0"], as(token));
  expect([refused.exit, refused.stderr]).toEqual([
    1,
    expect.stringMatching(/^kata: KATA_AUTH_TOKEN: the token is an actor's own, .*\nHint: /),
  ]);
});

test("a shared token that begins like a token of kata's is one all the same", async () => {
  await using kata = await workspace({ env: { KATA_AUTH_TOKEN: "kata_bootstrap" } });
  expect(await authorOf(kata, "kata_bootstrap", "--as", "ann")).toBe("ann");
  expect((await kata.run(["list"], as("kata_other"))).stderr).toMatch(/^kata: The bearer token is wrong\. /);
  expect((await kata.run(["list"], as(undefined))).stderr).toMatch(/^kata: This daemon wants a bearer token\. /);
});

test("`kata tokens rotate` puts a new token in the place of one, of the same actor and with as long a life", async () => {
  await using kata = await workspace({ project: false, env: { KATA_AUTH_TOKEN: BOOTSTRAP } });
  const old = await mint(kata, "--actor", "wesm", "--expires-in", "12h");
  const { stdout } = await kata`tokens rotate 1`;
  expect(stdout).toMatch(new RegExp(`^revoked token 1, created token 2 of wesm, until ${TIME}\n${TOKEN.source}\n$`));
  expect((await kata.run(["projects", "list"], as(old))).exit).toBe(1);
  expect((await kata.run(["projects", "list"], as(TOKEN.exec(stdout)?.[0]))).exit).toBe(0);
  const { token } = (await kata`tokens rotate 2 --expires-in 1h30m --json`).json<{ token: { created_at: string; expires_at: string } }>();
  expect(Date.parse(token.expires_at) - Date.parse(token.created_at)).toBe(90 * 60_000);
  expect((await kata`tokens rotate 1`).exit).toBe(5);
  expect((await kata`tokens rotate 9`).exit).toBe(4);
});

test("`Token lifecycle events are stored in the event log` and are in no feed, list, digest or search", async () => {
  await using kata = await workspace({ env: { KATA_AUTH_TOKEN: BOOTSTRAP } });
  await mint(kata, "--actor", "wesm");
  await kata`tokens rotate 1`;
  await kata`tokens revoke 2`;
  await kata`create "Visible"`;
  const db = new Database(homeOf(kata.env).db, { readonly: true });
  expect(db.query("SELECT type FROM events WHERE project_id = 0 ORDER BY id").values().flat()).toEqual([
    "token.created",
    "token.revoked",
    "token.created",
    "token.revoked",
  ]);
  db.close();
  const events = (await kata`events --all-projects --json`).json<{ events: { type: string }[]; next_after_id: number }>();
  expect([events.events.map(({ type }) => type), events.next_after_id]).toEqual([["issue.created"], 5]);
  const tail = kata.start(["events", "--tail", "--all-projects"]);
  for await (const piece of tail.stdout) {
    expect(new TextDecoder().decode(piece)).toMatch(/^\{"event_id":5,[^\n]*\n$/);
    break;
  }
  tail.kill();
  expect((await kata`projects list --json`).json<{ projects: unknown[] }>().projects).toHaveLength(1);
  expect((await kata`digest --since 2020-01-01T00:00:00Z --all-projects --json`).json()).toMatchObject({ event_count: 1 });
  expect((await kata`search token --json`).json()).toMatchObject({ results: [] });
  expect((await kata`audit closes --json`).json()).toMatchObject({ rows: [] });
});

test("`kata tokens create --read-only` makes one that reads and follows, and changes nothing", async () => {
  await using kata = await workspace({ env: { KATA_AUTH_TOKEN: BOOTSTRAP } });
  await kata`create "Read me"`;
  const token = await mint(kata, "--actor", "viewer", "--read-only", "--name", "wall display");
  for (const words of [["list"], ["events"], ["search", "read"], ["projects", "list"]])
    expect((await kata.run(words, as(token))).exit).toBe(0);
  const tail = kata.start(["events", "--tail"], as(token));
  for await (const piece of tail.stdout) {
    expect(new TextDecoder().decode(piece)).toStartWith('{"event_id":');
    break;
  }
  for (const words of [
    ["create", "Write me"],
    ["projects", "rename", "demo", "other"],
  ]) {
    const { exit, stderr } = await kata.run(words, as(token));
    expect([exit, stderr]).toEqual([1, expect.stringMatching(/^kata: This token only reads\. /)]);
  }
  expect((await kata.run(["tokens", "list"], as(token))).stderr).toMatch(/^kata: Only the bootstrap token administers tokens\. /);
  expect((await kata`tokens list`).stdout).toContain("  wall display  read ");
});

test("`kata events --tail` ends when its token is revoked, and says why", async () => {
  await using kata = await workspace({ env: { KATA_AUTH_TOKEN: BOOTSTRAP } });
  await kata`create "One"`;
  const token = await mint(kata, "--actor", "wesm");
  const tail = kata.start(["events", "--tail"], as(token));
  const reader = tail.stdout.getReader();
  await reader.read();
  await kata`tokens revoke 1`;
  expect(await tail.exited).toBe(1);
  expect(await tail.stderr.text()).toMatch(/This token was revoked\./);
});

test("`kata tokens create --token-file` writes the secret to a new file for its owner alone, and prints none of it", async () => {
  await using kata = await workspace({ project: false, env: { KATA_AUTH_TOKEN: BOOTSTRAP } });
  const path = join(kata.dir, "laptop.token");
  const { exit, stdout, stderr } = await kata`tokens create --actor wesm --token-file laptop.token`;
  expect([exit, stdout, stderr]).toEqual([0, "created token 1 of wesm\nits secret is in laptop.token\n", ""]);
  expect((statSync(path).mode & 0o777).toString(8)).toBe("600");
  expect(readFileSync(path, "utf8")).toMatch(new RegExp(`^${TOKEN.source}\n$`));
  const json = await kata`tokens create --actor bo --token-file bo.token --json`;
  expect(json.json()).toMatchObject({ token: { id: 2, actor: "bo" }, token_file: join(kata.dir, "bo.token") });
  expect(json.stdout + json.stderr).not.toMatch(TOKEN);
  expect((await kata`tokens create --actor bo --token-file quiet.token -q`).stdout).toBe("");
});

test("`kata tokens create --token-file` refuses a file that is there, a link, and a folder that is not there, and makes no token", async () => {
  await using kata = await workspace({ project: false, env: { KATA_AUTH_TOKEN: BOOTSTRAP } });
  await kata`projects list`;
  writeFileSync(join(kata.dir, "there"), "keep me");
  symlinkSync(join(kata.dir, "nowhere"), join(kata.dir, "link"));
  for (const path of ["there", "link", "no/folder"]) {
    const { exit, stderr } = await kata`tokens create --actor wesm --token-file ${path}`;
    expect([exit, stderr]).toEqual([3, expect.stringMatching(/^kata: --token-file \S+ .*No token was made\.\nHint: /)]);
  }
  expect(readFileSync(join(kata.dir, "there"), "utf8")).toBe("keep me");
  expect(existsSync(join(kata.dir, "nowhere"))).toBe(false);
  const refused = await kata`tokens create --actor bootstrap --token-file unused`;
  expect([refused.exit, existsSync(join(kata.dir, "unused"))]).toEqual([3, false]);
  expect((await kata`tokens list`).stdout).toBe("");
});

test("a token whose file can't be written after all is revoked again", async () => {
  await using kata = await workspace({ project: false, env: { KATA_AUTH_TOKEN: BOOTSTRAP } });
  await kata`projects list`;
  // No file may grow beyond nothing, and the signal that tells so is ignored: the write fails.
  const script = 'trap "" XFSZ; ulimit -f 0; exec "$0" tokens create --actor wesm --token-file full';
  const child = Bun.spawn(["sh", "-c", script, binary()], { cwd: kata.dir, env: kata.env, stdio: ["ignore", "pipe", "pipe"] });
  const [stdout, stderr, exit] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  expect([exit, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(/^kata: \S+full can't be written: .*The new token was revoked again\.\nHint: /);
  expect(existsSync(join(kata.dir, "full"))).toBe(false);
  expect((await kata`tokens list --json`).json()).toMatchObject({ tokens: [{ id: 1, state: "revoked" }] });
});

test("`kata tokens` says what is wrong, and repeats no secret", async () => {
  await using kata = await workspace({ project: false, env: { KATA_AUTH_TOKEN: BOOTSTRAP } });
  const token = await mint(kata, "--actor", "wesm");
  const cases: [string[], number, RegExp][] = [
    [["create"], 2, /^kata: --actor is missing\nHint: /],
    [["create", "--actor", "x".repeat(65)], 3, /^kata: actor: must be 1 to 64 printable characters, and it has 65\nHint: /],
    [["create", "--actor", "BOOTSTRAP"], 3, /^kata: actor: "BOOTSTRAP" is kept for whoever administers tokens\nHint: /],
    [
      ["create", "--actor", "wesm", "--expires-in", "soon"],
      3,
      /^kata: --expires-in must be a duration from 1s to ten years, not "soon"\.\nHint: Such as/,
    ],
    [
      ["create", "--actor", "wesm", "--expires-in", "4000d"],
      3,
      /^kata: --expires-in must be a duration from 1s to ten years, not "4000d"\.\nHint: /,
    ],
    [["create", "--actor", "wesm", "--token-file", ""], 3, /^kata: --token-file /],
    [["revoke", "9"], 4, /^kata: There is no token 9\.\nHint: /],
    [["revoke", "laptop"], 3, /^kata: A token is named by its id, a whole number, not "laptop"\.\nHint: /],
    [["revoke", token], 3, /^kata: A token is named by its id, a whole number\.\nHint: /],
  ];
  for (const [words, wanted, message] of cases) {
    const { exit, stdout, stderr } = await kata.run(["tokens", ...words]);
    expect([words, exit, stdout, stderr]).toEqual([words, wanted, "", expect.stringMatching(message)]);
    expect(stderr).not.toContain(token);
  }
});

test("a mistyped token is refused before it is sent, without being shown", async () => {
  await using kata = await workspace({ project: false, env: { KATA_AUTH_TOKEN: BOOTSTRAP } });
  const token = await mint(kata, "--actor", "wesm");
  const mistyped = token.replace(/.$/, (last) => (last === "x" ? "y" : "x"));
  const seen: string[] = [];
  using server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: ({ headers }) => (seen.push(headers.get("authorization") ?? ""), new Response()),
  });
  const { exit, stdout, stderr } = await kata.run(["projects", "list"], {
    env: { KATA_AUTH_TOKEN: mistyped, KATA_SERVER: `http://127.0.0.1:${server.port}` },
  });
  expect([exit, stdout, stderr]).toEqual([
    1,
    "",
    expect.stringMatching(/^kata: The token from KATA_AUTH_TOKEN has a typo: .*it was not used\.\nHint: /),
  ]);
  expect(stderr).not.toContain(mistyped.slice(5, 15));
  expect(seen).toEqual([]);
});

test("`kata whoami` says when a token goes before it", async () => {
  await using kata = await workspace({ project: false });
  const token = `kata_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17`;
  expect(await kata.run(["whoami"], as(token))).toMatchObject({
    stdout: "actor=tester source=user\n",
    stderr: "kata: a daemon that knows the token from KATA_AUTH_TOKEN goes by its actor\n",
  });
  expect((await kata.run(["whoami"], as("change-me"))).stderr).toBe("");
});

test("no secret of a token is in the database, its log or the daemon's log", async () => {
  await using kata = await workspace({ env: { KATA_AUTH_TOKEN: BOOTSTRAP } });
  const token = await mint(kata, "--actor", "wesm");
  await authorOf(kata, token);
  await kata.run(["tokens", "list"], as(token));
  const { db, log, runtime } = homeOf(kata.env);
  const files = [db, `${db}-wal`, log, ...[...new Bun.Glob("*.json").scanSync(runtime)].map((name) => join(runtime, name))];
  for (const file of files)
    expect([file, readFileSync(file).includes(token), readFileSync(file).includes(BOOTSTRAP)]).toEqual([file, false, false]);
});

test("with no token set, `the bootstrap or loopback path` administers tokens: a private socket and a loopback address", async () => {
  await using kata = await workspace({ project: false });
  expect((await kata`tokens create --actor wesm`).exit).toBe(0);
  const port = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
  const address = `127.0.0.1:${port.port}`;
  await port.stop(true);
  expect((await kata`daemon start --listen ${address}`).exit).toBe(0);
  expect((await kata`tokens revoke 1`).exit).toBe(0);
});

test("a trusted proxy on a Unix socket: `the daemon credits that actor instead of any client-supplied value`", async () => {
  await using kata = await workspace({ project: false });
  const socket = join(kata.dir, "..", "run", "proxy.sock");
  const config = `listen = "unix://${socket}"\n[auth.proxy]\ntrusted_actor_header = "X-Kata-Actor"\ntrusted_proxy_listeners = ["unix://${socket}"]\n`;
  await Bun.write(join(kata.home, "config.toml"), config);
  expect((await kata`daemon start`).exit).toBe(0);
  const post = async (path: string, body: unknown, actor?: string) => {
    const headers = { "content-type": "application/json", ...(actor !== undefined && { "x-kata-actor": actor }) };
    const response = await fetch(`http://kata.invalid/api/v1${path}`, {
      unix: socket,
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    return (await response.json()) as { issue?: { author: string }; error?: { code: string } };
  };
  expect((await post("/projects", { name: "demo" })).error?.code).toBe("actor_header_required");
  await post("/projects", { name: "demo" }, "ann");
  expect((await post("/projects/1/issues", { title: "One", actor: "mallory" }, "ann")).issue?.author).toBe("ann");
  expect((await post("/projects/1/issues", { title: "Two", actor: "mallory" })).error?.code).toBe("actor_header_required");
  expect((await post("/tokens", { actor: "eve" }, "ann")).error?.code).toBe("token_admin_forbidden");
  const { exit, stderr } = await kata`tokens create --actor eve`;
  expect([exit, stderr]).toEqual([1, expect.stringMatching(/^kata: Tokens are not administered through a proxy\./)]);
});
