import { expect, test } from "bun:test";
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../free-port.ts";
import { type Workspace, workspace } from "../workspace.ts";

type Located = {
  source: string;
  by: string;
  daemon?: string | undefined;
  kind: string;
  request_base_url?: string;
  address: string;
  token: { from: string } | null;
};

const local = (server: string) => `version = 1\n\n[server]\n${server}\n`;
const put = (kata: Workspace, path: string, text: string) => Bun.write(join(kata.dir, path), text);

/** A server that answers as a daemon does, and keeps what it was sent. */
function impostor(options: Partial<Bun.Serve.Options<undefined>> = {}) {
  const seen: { url: string; authorization: string | null }[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    ...options,
    fetch(request: Request) {
      seen.push({ url: request.url, authorization: request.headers.get("authorization") });
      return Response.json({ ok: true, service: "kata", version: "0", pid: 1, projects: [] });
    },
  } as Bun.Serve.Options<undefined>);
  return { seen, url: `http://127.0.0.1:${server.port}`, [Symbol.dispose]: () => void server.stop(true) };
}

test("--daemon goes before KATA_SERVER, that before .kata.local.toml, that before active_daemon, that before this machine's own", async () => {
  await using kata = await workspace({ project: false });
  const config = (active: string) =>
    Bun.write(
      join(kata.home, "config.toml"),
      `${active}\n[[daemon]]\nname = "one"\nurl = "https://one.test/kata/"\n\n[[daemon]]\nname = "two"\nurl = "https://two.test"\n\n[[daemon]]\nname = "here"\nlocal = true\n`,
    );
  await config('active_daemon = "one"');
  await put(kata, ".kata.local.toml", local('url = "https://file.test"'));
  const env = { KATA_SERVER: "https://variable.test" };
  const locate = async (words: string[], more: Record<string, string> = {}) =>
    (await kata.run([...words, "daemon", "locate", "--json"], { env: more })).json<Located>();

  expect(await locate(["--daemon", "two"], env)).toMatchObject({
    source: "daemon_flag",
    by: "--daemon two",
    daemon: "two",
    request_base_url: "https://two.test",
  });
  expect(await locate([], env)).toMatchObject({ source: "configured", by: "KATA_SERVER", address: "variable.test:443" });
  expect(await locate([])).toMatchObject({
    source: "configured",
    by: join(kata.dir, ".kata.local.toml"),
    request_base_url: "https://file.test",
  });
  await put(kata, ".kata.local.toml", local('daemon = "two"'));
  expect(await locate([])).toMatchObject({
    source: "configured",
    by: `[server] daemon in ${join(kata.dir, ".kata.local.toml")}`,
    daemon: "two",
  });
  await put(kata, ".kata.local.toml", "version = 1\n");
  expect(await locate([])).toMatchObject({ source: "configured", daemon: "one", request_base_url: "https://one.test/kata" });
  expect(await locate(["--daemon", "here"])).toMatchObject({ source: "daemon_flag", kind: "local" });
  await config("");
  expect(await locate([])).toEqual({
    ...(await locate(["--daemon", "here"])),
    source: "local_default",
    by: "nothing names another daemon",
    daemon: undefined,
  } as Located);
});

test("a daemon that was named and does not answer is exit 7, however it was named, and none is started instead", async () => {
  await using kata = await workspace({ project: false });
  const url = `http://127.0.0.1:${await freePort()}`;
  const catalog = `[[daemon]]\nname = "away"\nurl = "${url}"\n`;
  const runs: [by: string, words: string[], config: string, file: string, env: Record<string, string>][] = [
    ["--daemon away", ["--daemon", "away"], catalog, "", {}],
    ["KATA_SERVER", [], "", "", { KATA_SERVER: url }],
    [join(kata.dir, ".kata.local.toml"), [], "", local(`url = "${url}"`), {}],
    [`[server] daemon in ${join(kata.dir, ".kata.local.toml")}`, [], catalog, local('daemon = "away"'), {}],
    [`active_daemon in ${join(kata.home, "config.toml")}`, [], `active_daemon = "away"\n${catalog}`, "", {}],
  ];
  for (const [by, words, config, file, env] of runs) {
    await Bun.write(join(kata.home, "config.toml"), config);
    await put(kata, ".kata.local.toml", file || "version = 1\n");
    for (const command of [["projects", "list"], ["health"], ["events", "--tail", "--all-projects"]]) {
      const { exit, stdout, stderr } = await kata.run([...words, ...command], { env });
      expect([by, exit, stdout, stderr]).toEqual([
        by,
        7,
        "",
        `kata: No kata daemon answers at ${url}, which ${by} names: nothing listens there.\nHint: Check the address, and that the daemon runs there.\n`,
      ]);
    }
  }
  expect((await kata`daemon status`).stdout).toBe("no daemon running\n");
});

test("a .kata.local.toml that git tracks is passed over with a notice, and nothing is sent there", async () => {
  await using kata = await workspace({ project: false });
  using evil = impostor();
  await put(kata, ".kata.local.toml", local(`url = "${evil.url}"`));
  const env = { KATA_AUTH_TOKEN: "s3cret" };
  expect((await kata.run(["projects", "list"], { env })).exit).toBe(0);
  expect(evil.seen.map(({ authorization }) => authorization)).toEqual(["Bearer s3cret", "Bearer s3cret"]);
  evil.seen.length = 0;

  await Bun.$`git add --force .kata.local.toml`.cwd(kata.dir).env(kata.env).quiet();
  const path = join(kata.dir, ".kata.local.toml");
  const passed = await kata.run(["projects", "list"], { env });
  expect([passed.exit, passed.stderr]).toEqual([
    0,
    `kata: ${path} is ignored: git tracks it, and it must be this machine's own; \`git rm --cached\` takes it out of the repository\n`,
  ]);
  mkdirSync(join(kata.dir, "below"));
  const below = await kata.run(["daemon", "locate", "--json"], {
    env: { ...env, GIT_DIR: "/nowhere", GIT_INDEX_FILE: "/nowhere" },
    cwd: join(kata.dir, "below"),
  });
  expect([below.json<Located>().source, below.stderr]).toEqual(["local_default", passed.stderr]);
  expect((await kata.run(["projects", "list"], { env: { ...env, KATA_SERVER: evil.url } })).stderr).toBe("");
  expect(evil.seen.map(({ url }) => new URL(url).pathname)).toEqual(["/api/v1/ping", "/api/v1/projects"]);
});

test("where git can't be asked whether it tracks a .kata.local.toml, the file is passed over", async () => {
  await using kata = await workspace({ project: false });
  await put(kata, ".kata.local.toml", local('url = "http://127.0.0.1:1"'));
  const { exit, stderr } = await kata.run(["daemon", "locate"], { env: { PATH: "/nowhere" } });
  expect([exit, stderr]).toEqual([0, expect.stringContaining("is ignored: whether git tracks it can't be told without git on the PATH")]);
});

test("a .kata.local.toml above the workspace counts for nothing", async () => {
  await using kata = await workspace({ project: false });
  await Bun.write(join(kata.dir, "..", ".kata.local.toml"), local('url = "http://127.0.0.1:1"'));
  expect((await kata`daemon locate --json`).json<Located>().source).toBe("local_default");
});

test.each([
  ["ur = 'http://127.0.0.1:1'", ":4: unknown key server.ur\nHint: Did you mean server.url?\n"],
  ["url = 'http://127.0.0.1:1'\ndaemon = 'a'", ": [server] url and daemon exclude each other\nHint: "],
  ["url = 7", ":4: server.url must be a text\n"],
  ["daemon = 'absent'", ': there is no [[daemon]] "absent" in '],
])("a .kata.local.toml that says %j is refused", async (server, words) => {
  await using kata = await workspace({ project: false });
  await put(kata, ".kata.local.toml", local(server));
  const { exit, stderr } = await kata`projects list`;
  expect([exit, stderr]).toEqual([1, expect.stringContaining(`.kata.local.toml${words}`)]);
});

test.each([
  ["", '--daemon wrok: there is no [[daemon]] "wrok" in CONFIG\nHint: Write it down in CONFIG: [[daemon]] with a name and a url.\n', 2],
  [
    "[[daemon]]\nname='work'\nurl='https://x.test'",
    '--daemon wrok: there is no [[daemon]] "wrok" in CONFIG\nHint: Did you mean work?\n',
    2,
  ],
  ["[[daemon]]\nname='wrok'", "CONFIG:1: [[daemon]] wrok has no url\n", 1],
  ["[[daemon]]\nurl='https://x.test'", "CONFIG:1: [[daemon]] has no name\n", 1],
  ["\n[[daemon]]\nname='wrok'\nurl='https://x.test'\nlocal=true", "CONFIG:2: [[daemon]] wrok has both url and local = true\n", 1],
  ["[[daemon]]\nname='wrok'\nurl='https://x.test'\nhome='/x'", "CONFIG:1: [[daemon]] wrok has both url and home\n", 1],
  [
    "[[daemon]]\nname='wrok'\nlocal=true\nproxy='http://p.test'",
    "CONFIG:1: [[daemon]] wrok is of this machine, and proxy is for a url\n",
    1,
  ],
  ["[[daemon]]\nname='a'\nlocal=true\n[[daemon]]\nname='a'\nlocal=true", "CONFIG:4: [[daemon]] a is there already, on line 1\n", 1],
  ["[[daemon]]\nname='wrok'\nlocal=true\ntokn='x'", "CONFIG:4: unknown key daemon.tokn\nHint: Did you mean daemon.token?\n", 1],
  [
    "[[daemon]]\nname='wrok'\nurl='http://127.0.0.1:1'\nproxy='http://p.test'",
    "CONFIG:1: proxy is for https, and the address is plain http\n",
    1,
  ],
  ["[[daemon]]\nname='wrok'\nurl='http://127.0.0.1:1'\nca_file='x'", "CONFIG:1: ca_file is for https, and the address is plain http\n", 1],
  ["[[daemon]]\nname='wrok'\nurl='https://x.test'\nproxy='p.test'", "CONFIG:1: proxy must be an http or https address with a host\n", 1],
  ["[[daemon]]\nname='wrok'\nurl='https://x.test'\nca_file='absent.pem'", "ca_file of CONFIG:1: HOME/absent.pem can't be read: ", 1],
  [
    "[[daemon]]\nname='wrok'\nurl='http://x.test'\nallow_insecure=true\ntoken='t'",
    "CONFIG:1: plain http only goes to a literal private address, and x.test is a name; allow_insecure does not hold where a token goes along\n",
    1,
  ],
])("--daemon with the catalog %j is refused", async (config, words, code) => {
  await using kata = await workspace({ project: false, config });
  const { exit, stdout, stderr } = await kata`projects list --daemon wrok`;
  const said = words.replaceAll("CONFIG", join(kata.home, "config.toml")).replaceAll("HOME", kata.home);
  expect([exit, stdout, stderr.slice(0, said.length + 6)]).toEqual([code, "", `kata: ${said}`]);
});

test("a daemon of the catalog gets its own token and not the shared one, which goes to those that have none", async () => {
  await using kata = await workspace({ project: false });
  using own = impostor();
  using none = impostor();
  await Bun.write(join(kata.home, "work.token"), "from-file\n");
  chmodSync(join(kata.home, "work.token"), 0o600);
  await Bun.write(
    join(kata.home, "config.toml"),
    `[auth]\ntoken = "shared"\n\n[[daemon]]\nname = "own"\nurl = "${own.url}"\ntoken_file = "work.token"\n\n` +
      `[[daemon]]\nname = "none"\nurl = "${none.url}"\n\n[[daemon]]\nname = "unset"\nurl = "${none.url}"\ntoken_env = "NOT_SET"\n`,
  );
  const tokens = ({ seen }: typeof own) => [...new Set(seen.splice(0).map(({ authorization }) => authorization))];
  for (const env of [{}, { KATA_AUTH_TOKEN: "variable" }]) {
    expect((await kata.run(["projects", "list", "--daemon", "own"], { env })).exit).toBe(0);
    expect(tokens(own)).toEqual(["Bearer from-file"]);
    expect((await kata.run(["projects", "list", "--daemon", "none"], { env })).exit).toBe(0);
    expect(tokens(none)).toEqual([`Bearer ${env.KATA_AUTH_TOKEN ?? "shared"}`]);
    const refused = await kata.run(["projects", "list", "--daemon", "unset"], { env });
    expect([refused.exit, refused.stderr]).toEqual([1, expect.stringContaining("names NOT_SET, which is not set")]);
    expect(tokens(none)).toEqual([]);
  }
});

test("a path in the address comes before every route's", async () => {
  await using kata = await workspace();
  const port = await freePort();
  await kata`daemon restart --listen 127.0.0.1:${port}`;
  using front = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      const { pathname, search } = new URL(request.url);
      if (!pathname.startsWith("/team/kata/api/")) return new Response("elsewhere", { status: 404 });
      return fetch(`http://127.0.0.1:${port}${pathname.slice("/team/kata".length)}${search}`, request);
    },
  });
  const env = { KATA_SERVER: `http://127.0.0.1:${front.port}/team/kata/` };
  expect((await kata.run(["create", "Behind a path"], { env })).exit).toBe(0);
  expect((await kata`list`).stdout).toContain("Behind a path");
  const root = await kata.run(["list"], { env: { KATA_SERVER: `http://127.0.0.1:${front.port}` } });
  expect([root.exit, root.stderr]).toEqual([7, expect.stringContaining("which KATA_SERVER names: what answers there is no kata daemon.")]);
});

test("a daemon of another home on this machine is started like one's own", async () => {
  await using kata = await workspace({ project: false, config: '[[daemon]]\nname = "scratch"\nlocal = true\nhome = "scratch"\n' });
  const env = { KATA_DB: join(kata.home, "own.db") };
  try {
    expect((await kata.run(["init", "--project", "other", "--daemon", "scratch"], { env })).exit).toBe(0);
    expect((await kata.run(["projects", "list", "--daemon", "scratch"], { env })).stdout).toContain("other");
    expect((await kata.run(["projects", "list"], { env })).stdout).not.toContain("other");
    expect(await Bun.file(join(kata.home, "scratch", "kata.db")).exists()).toBe(true);
  } finally {
    await kata.run(["daemon", "stop"], { env: { KATA_HOME: join(kata.home, "scratch") } });
  }
});

test("--daemon is refused where a command is about this machine's daemon, and where it names nothing", async () => {
  await using kata = await workspace({ project: false, config: "[[daemon]]\nname='work'\nurl='https://x.test'\n" });
  for (const command of ["start", "stop", "restart", "reload", "status"]) {
    const { exit, stderr } = await kata`daemon ${command} --daemon work`;
    expect([exit, stderr]).toEqual([
      2,
      `kata: \`kata daemon ${command}\` is about the daemon of this machine: it can't be used with --daemon\n` +
        "Hint: For the daemon of another home on this machine, set KATA_HOME.\n",
    ]);
  }
  expect(await kata.run(["projects", "list", "--daemon", ""])).toMatchObject({
    exit: 2,
    stderr: expect.stringContaining("--daemon needs the name"),
  });
});
