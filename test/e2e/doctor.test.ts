import { expect, test } from "bun:test";
import { chmodSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { checkIds } from "../../src/cli/doctor/check.ts";
import { homeOf } from "../../src/config/home.ts";
import { makeCertificate } from "../certificate.ts";
import { freePort } from "../free-port.ts";
import { type Ran, type Workspace, workspace } from "../workspace.ts";

type Check = { id: string; category: string; status: string; summary: string; details: string[]; fix: string | null };
type Report = { version: number; checks: Check[]; summary: Record<string, number> };

const at = (ran: Ran, id: string) => ran.json<Report>().checks.find((check) => check.id === id);
const doctor = (kata: Workspace, env: Record<string, string> = {}, words: string[] = []) =>
  kata.run(["doctor", "--json", ...words], { env });

test("`kata doctor` reports each check once, with a fix where it fails, and is well where all is", async () => {
  await using kata = await workspace();
  const ran = await doctor(kata);
  const { checks, summary, version } = ran.json<Report>();
  expect([ran.exit, ran.stderr, version, summary]).toEqual([0, "", 1, { ok: 19, info: 0, warn: 0, fail: 0 }]);
  expect(checks.map(({ id }) => id)).toEqual([...checkIds]);
  for (const check of checks)
    expect(check).toEqual({ ...check, category: check.id.split(".")[0] as string, details: expect.any(Array), fix: null });
  const { stdout } = await kata`doctor`;
  expect(stdout).toContain("ok    target.selection   this machine's own daemon, by default\n");
  expect(stdout).toEndWith("\n\n19 checks: 19 ok, 0 info, 0 warn, 0 fail\n");
});

test("`kata doctor` changes nothing: it makes no home, starts no daemon and adds no alias", async () => {
  await using kata = await workspace({ project: false });
  const home = join(kata.dir, "fresh");
  const ran = await doctor(kata, { KATA_HOME: home });
  expect([ran.exit, ran.json<Report>().summary["fail"]]).toEqual([0, 0]);
  expect(at(ran, "daemon.connection")).toMatchObject({
    status: "info",
    summary: "no daemon runs; the next command that needs it starts it",
  });
  expect(await Array.fromAsync(new Bun.Glob("**").scan({ cwd: kata.dir, dot: true, onlyFiles: false }))).not.toContain("fresh");

  await kata`init --project demo`;
  await Bun.$`git remote add origin https://git.test/demo.git`.cwd(kata.dir).env(kata.env);
  const aliases = async () => (await kata`projects show demo --json`).json<{ aliases: unknown[] }>().aliases.length;
  const before = await aliases();
  expect(at(await doctor(kata), "workspace.project")).toMatchObject({ status: "ok", summary: "the daemon knows demo" });
  expect(await aliases()).toBe(before);
});

test("`kata doctor` says which guardrail refuses the daemon, and both ways out", async () => {
  await using kata = await workspace();
  const env = { KATA_SERVER: "http://kata.example.com:7777", KATA_AUTH_TOKEN: "s3cret" };
  const ran = await doctor(kata, env);
  expect(at(ran, "target.selection")).toMatchObject({ status: "ok", summary: "another daemon, by KATA_SERVER" });
  expect(at(ran, "target.guardrail")).toEqual({
    id: "target.guardrail",
    category: "target",
    status: "fail",
    summary: "KATA_SERVER: plain http only goes to a literal private address, and kata.example.com is a name",
    details: [
      "by https, where a reverse proxy with a certificate stands before the daemon: KATA_SERVER=https://kata.example.com",
      "by a tunnel: ssh -N -L 7777:127.0.0.1:7777 kata.example.com, and KATA_SERVER=http://127.0.0.1:7777",
    ],
    fix: "Use https, an SSH tunnel to 127.0.0.1, or the daemon's private IP address.",
  });
  expect(at(ran, "daemon.identity")).toMatchObject({ status: "info", summary: "not looked at, since no daemon answers" });
  expect([ran.exit, JSON.parse(ran.stderr)]).toEqual([
    1,
    { error: { kind: "checks_failed", message: "target.guardrail: not as it should be", hint: expect.any(String), exit_code: 1 } },
  ]);
  expect(ran.stdout).not.toContain("s3cret");
});

test("`kata doctor` says where the token is from and whether the daemon takes it", async () => {
  await using kata = await workspace();
  const port = await freePort();
  await Bun.write(join(kata.home, "config.toml"), '[auth]\ntoken = "s3cret"\n');
  chmodSync(join(kata.home, "config.toml"), 0o600);
  await kata`daemon restart --listen 127.0.0.1:${port}`;
  const env = { KATA_HOME: join(kata.dir, "client"), KATA_SERVER: `http://127.0.0.1:${port}` };
  const open = { home: join(kata.dir, "open"), url: `http://127.0.0.1:${await freePort()}` };
  const words = ["daemon", "start", "--listen", open.url.slice("http://".length)];
  expect((await kata.run(words, { env: { KATA_HOME: open.home } })).exit).toBe(0);
  const right = await doctor(kata, { ...env, KATA_AUTH_TOKEN: "s3cret" });
  expect(right.json<Report>().checks.filter(({ status }) => status === "warn" || status === "fail")).toEqual([]);
  expect(at(right, "target.token")).toMatchObject({ status: "ok", summary: "the token is taken from KATA_AUTH_TOKEN" });
  expect(at(right, "daemon.identity")).toMatchObject({ status: "ok", summary: expect.stringMatching(/^the daemon takes the token/) });
  expect(at(right, "daemon.clock")).toMatchObject({ status: "ok" });

  const wrong = await doctor(kata, { ...env, KATA_AUTH_TOKEN: "wr0ng" });
  expect(at(wrong, "daemon.connection")).toMatchObject({ status: "ok" });
  expect(at(wrong, "daemon.identity")).toMatchObject({
    status: "fail",
    summary: "The bearer token is wrong. The token came from KATA_AUTH_TOKEN.",
  });
  expect(wrong.stdout + wrong.stderr).not.toMatch(/s3cret|wr0ng/);

  const unasked = await doctor(kata, { KATA_HOME: join(kata.dir, "other"), KATA_SERVER: open.url, KATA_AUTH_TOKEN: "s3cret" });
  expect(at(unasked, "daemon.identity")).toMatchObject({
    status: "ok",
    summary: "the daemon asks for no token, and answers as owner: the one from KATA_AUTH_TOKEN means nothing to it",
  });

  const none = await doctor(kata, env);
  expect([none.exit, at(none, "target.token")?.status, at(none, "daemon.identity")?.status]).toEqual([1, "info", "fail"]);

  const broken = await doctor(kata, { ...env, KATA_AUTH_TOKEN_FILE: "absent" });
  expect(at(broken, "config.daemon")).toMatchObject({ status: "fail", summary: expect.stringContaining("absent can't be read") });
  expect(at(broken, "target.token")).toMatchObject({ status: "info", summary: "not looked at, since config.daemon fails" });
  expect(at(broken, "target.guardrail")).toMatchObject({ status: "info", summary: "not looked at, since target.token fails" });
});

test("`kata doctor` tells a daemon of another version, a wrong clock and a stranger", async () => {
  await using kata = await workspace({ project: false });
  const replies: Record<string, unknown> = {
    "/api/v1/ping": { ok: true, service: "kata", version: "9.0.0", pid: 1 },
    "/api/v1/health": { ok: true, schema_version: 9, version: "9.0.0", uptime: "3s", started_at: "2026-01-01T00:00:00Z" },
    "/api/v1/instance": {
      instance_uid: "01ARZ3NDEKTSV4RRFFQ69G5FAV",
      version: "9.0.0",
      schema_version: 9,
      auth: { kind: "token", actor: "ada" },
    },
    "/openapi.json": { paths: { "/api/v1/ping": { get: {} } } },
    "/api/v1/projects": { projects: [] },
  };
  const headers = { date: new Date(Date.now() - 3_600_000).toUTCString() };
  using daemon = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: ({ url }) => Response.json(replies[new URL(url).pathname] ?? {}, { headers }),
  });
  const env = { KATA_SERVER: `http://127.0.0.1:${daemon.port}`, KATA_AUTH_TOKEN: "s3cret" };
  const ran = await doctor(kata, env);
  expect(at(ran, "daemon.version")).toMatchObject({
    status: "warn",
    summary: expect.stringMatching(/^the daemon is kata 9\.0\.0, and this is kata \S+: it lacks \d+ routes/),
  });
  expect(at(ran, "daemon.version")?.details).toContain("POST /api/v1/projects/:project_id/issues");
  expect(at(ran, "daemon.version")?.details).not.toContain("GET /api/v1/ping");
  expect(at(ran, "daemon.clock")).toMatchObject({
    status: "warn",
    summary: expect.stringMatching(/^it differs from this machine's by about 3\d\d\d s$/),
  });
  expect(at(ran, "daemon.identity")).toMatchObject({ status: "ok", summary: "the daemon takes the token as token, actor ada" });
  expect(ran.exit).toBe(0);

  replies["/api/v1/ping"] = { hello: "world" };
  expect(at(await doctor(kata, env), "daemon.connection")).toMatchObject({
    status: "fail",
    summary: `What answers at ${env.KATA_SERVER} is no kata daemon.`,
  });
});

test("`kata doctor` is not flooded by a reply without end", async () => {
  await using kata = await workspace({ project: false });
  const endless = async function* () {
    for (;;) yield new Uint8Array(1 << 20);
  };
  using flood = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response(endless() as never) });
  const ran = await doctor(kata, { KATA_SERVER: `http://127.0.0.1:${flood.port}` });
  expect([ran.exit, at(ran, "daemon.connection")?.summary]).toEqual([1, expect.stringContaining("is larger than 8388608 bytes")]);
});

test("`kata doctor` tells what is wrong with each file, once", async () => {
  await using kata = await workspace();
  await Bun.write(join(kata.home, "config.toml"), "lisen = 'x'\n");
  await Bun.write(join(kata.home, "hooks.toml"), "junk");
  await Bun.write(join(kata.dir, ".kata.toml"), "version = 2\n");
  const ran = await doctor(kata);
  expect(at(ran, "config.daemon")).toMatchObject({
    status: "fail",
    summary: `${join(kata.home, "config.toml")}:1: unknown key lisen`,
    fix: "Did you mean listen?",
  });
  expect(at(ran, "config.workspace")).toMatchObject({ status: "fail", summary: expect.stringContaining(".kata.toml: version must be 1") });
  expect(at(ran, "config.hooks")).toMatchObject({ status: "fail", summary: expect.stringContaining("hooks.toml:1: ") });
  expect(at(ran, "target.selection")).toMatchObject({ status: "info", summary: "not looked at, since config.daemon fails" });
  for (const { status, fix } of ran.json<Report>().checks) if (status === "fail") expect(fix).toMatch(/\S/);
});

test("`kata doctor` tells what of kata's own is open to others, and how to close it", async () => {
  await using kata = await workspace({ config: '[auth]\ntoken = "s3cret"\n' });
  const { path, socket, config } = homeOf(kata.env);
  chmodSync(path, 0o755);
  chmodSync(dirname(socket), 0o711);
  chmodSync(config, 0o640);
  const ran = await doctor(kata);
  expect(at(ran, "files.home")).toMatchObject({
    status: "warn",
    details: [`${path} is open to others (mode 0755)`],
    fix: `chmod 700 ${path}`,
  });
  expect(at(ran, "files.socket")).toMatchObject({ status: "fail", fix: `chmod 700 ${dirname(socket)}` });
  expect(at(ran, "files.secrets")).toMatchObject({
    status: "fail",
    summary: `${config} is open to others (mode 0640)`,
    fix: `chmod 600 ${config}`,
  });
  const closed = Bun.spawnSync(["sh", "-c", ["files.home", "files.socket", "files.secrets"].map((id) => at(ran, id)?.fix).join(" && ")]);
  expect([closed.exitCode, (await doctor(kata)).exit]).toEqual([0, 0]);
});

test("`kata doctor` looks at the keys of certificates", async () => {
  await using kata = await workspace({ project: false });
  const { key } = await makeCertificate(kata.home, "kata");
  await makeCertificate(kata.home, "other");
  const other = '[[listener]]\naddress = "127.0.0.1:1"\ncert = "other.pem"\nkey = "other.key"\n';
  await Bun.write(join(kata.home, "config.toml"), `[tls]\ncert = "kata.pem"\nkey = "kata.key"\n${other}`);
  expect(at(await doctor(kata), "files.secrets")).toMatchObject({ status: "ok", summary: `${key} is yours alone` });
  chmodSync(join(kata.home, "other.key"), 0o644);
  const open = `${join(kata.home, "other.key")} is open to others (mode 0644)`;
  expect(at(await doctor(kata), "files.secrets")).toMatchObject({
    status: "fail",
    summary: open,
    fix: expect.stringMatching(/^chmod 600 /),
  });
  rmSync(key);
  expect(at(await doctor(kata), "files.secrets")).toMatchObject({
    status: "fail",
    summary: `${key}, the key of a certificate, is not there`,
  });
});

test("`kata doctor` says of a daemon that hangs what helps", async () => {
  await using kata = await workspace();
  const [pid = 0] = kata.daemons();
  process.kill(pid, "SIGSTOP");
  const ran = await doctor(kata);
  process.kill(pid, "SIGCONT");
  expect([ran.exit, at(ran, "daemon.connection")]).toMatchObject([
    1,
    {
      status: "fail",
      summary: expect.stringContaining("did not answer within 5000 ms"),
      fix: expect.stringContaining("kata daemon restart"),
    },
  ]);
  expect(at(ran, "daemon.connection")?.fix).not.toContain("KATA_HTTP_TIMEOUT");
});

test("`kata doctor` warns of a .kata.local.toml that is passed over, and of a project that the daemon does not know", async () => {
  await using kata = await workspace();
  await Bun.write(join(kata.dir, ".kata.local.toml"), 'version = 1\n[server]\nurl = "http://127.0.0.1:1"\n');
  await Bun.$`git add --force .kata.local.toml`.cwd(kata.dir).env(kata.env).quiet();
  const ran = await doctor(kata, {}, ["--project", "absent"]);
  expect(at(ran, "target.selection")).toMatchObject({
    status: "warn",
    details: [expect.stringContaining(".kata.local.toml is ignored: git tracks it")],
  });
  expect(at(ran, "workspace.project")).toMatchObject({ status: "warn", summary: "the daemon has no project absent" });
  expect([ran.exit, ran.stderr]).toEqual([0, ""]);
});
