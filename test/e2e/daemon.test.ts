import { expect, test } from "bun:test";
import { dirname, join } from "node:path";
import { Database } from "bun:sqlite";
import { freePort } from "../free-port.ts";
import { workspace } from "../workspace.ts";

type Status = { daemons: { pid: number; address: string; version: string }[] };

test("`kata daemon status` tells which daemon runs, and `kata health` how it is, and neither starts one", async () => {
  await using kata = await workspace({ project: false });
  expect((await kata`daemon status`).stdout).toBe("no daemon running\n");
  const none = await kata`health`;
  expect([none.exit, none.stderr]).toEqual([
    7,
    "kata: No daemon is running.\nHint: The next command that needs one starts it; so does `kata daemon start`.\n",
  ]);
  await kata`projects list`;
  expect((await kata`daemon status`).stdout).toMatch(/^daemon pid=\d+ version=\S+ address=unix:\/\/\S+ db=\S+kata\.db started_at=\S+Z\n$/);
  expect((await kata`health`).stdout).toMatch(/^ok=true schema_version=\d+ uptime=\d+s db=\S+kata\.db\n$/);
});

test("`kata daemon restart` replaces a daemon that somebody started, and says which", async () => {
  await using kata = await workspace({ project: false });
  await kata`daemon start`;
  const [before] = (await kata`daemon status --json`).json<Status>().daemons;
  const { exit, stderr } = await kata`daemon restart`;
  const [after] = (await kata`daemon status --json`).json<Status>().daemons;
  expect([exit, stderr]).toEqual([0, `kata: stopped pid=${before?.pid}\nkata: daemon pid=${after?.pid} listens on ${after?.address}\n`]);
  expect(after?.pid).not.toBe(before?.pid as number);
});

test("`kata daemon restart` stops no daemon where the next one could not start", async () => {
  await using kata = await workspace();
  const [pid] = kata.daemons();
  for (const [words, config, exit] of [
    [["--listen", "localhost:1"], "", 1],
    [["--listen", "100.64.0.5:7777"], "", 1],
    [["--log-format", "xml"], "", 2],
    [[], 'lisen = "x"\n', 1],
    [[], "[auth]\nrequire_token_identity = true\n", 2],
  ] as const) {
    await Bun.write(join(kata.home, "config.toml"), config);
    expect([words, (await kata.run(["daemon", "restart", ...words])).exit, kata.daemons()]).toEqual([words, exit, [pid ?? 0]]);
  }
});

test("`kata daemon reload` keeps the daemon going, whatever hooks.toml says", async () => {
  await using kata = await workspace({ project: false });
  expect((await kata`daemon reload`).exit).toBe(2);
  await kata`daemon start`;
  await Bun.write(join(kata.home, "hooks.toml"), "junk");
  expect((await kata`daemon reload`).stdout).toMatch(/^reloading pid=\d+\n$/);
  expect((await kata`health`).exit).toBe(0);
  await kata`daemon stop`;
  const refused = await kata`projects list`;
  expect([refused.exit, refused.stderr]).toEqual([1, expect.stringMatching(/^kata: \S+hooks\.toml:1: /)]);
});

test("a broken config.toml is told at once, with file, line and key", async () => {
  await using kata = await workspace({ project: false, config: 'listen = "127.0.0.1:7777"\n\n[auth]\ntokn = "x"\n' });
  const { exit, stderr } = await kata`projects list`;
  expect([exit, stderr]).toEqual([
    1,
    expect.stringMatching(/^kata: \S+config\.toml:4: unknown key auth\.tokn\nHint: Did you mean auth\.token\?\n$/),
  ]);
});

test.each([
  ["junk\n", 1, "Expected '=' after a key but found the line's end"],
  [
    '[[hook]]\nevent = "*"\ncommand = "true"\n\n[[hook]]\nevent = "*"\ncommand = "./x"\n',
    7,
    'command must be an absolute path, or a bare name without separators and spaces, not "./x"',
  ],
  ['[[hook]]\nevent = "*"\ncommand = "true"\n[[hook]]\nevent = "*"\n', 4, "this [[hook]] has no command"],
  ['[[hook]]\nevent = "*"\ncommand = "true"\n[[hook]]\nevnt = "*"\ncommand = "true"\n', 5, "unknown key evnt"],
  ["[hooks]\n\npool_size = 99\n", 3, "pool_size must be a whole number from 1 to 16, not 99"],
])("a broken hooks.toml is told at once, with file and line: %j", async (text, line, message) => {
  await using kata = await workspace({ project: false });
  const path = join(kata.home, "hooks.toml");
  await Bun.write(path, text);
  for (const words of [
    ["projects", "list"],
    ["daemon", "start"],
  ]) {
    const { exit, stdout, stderr } = await kata.run(words);
    expect([exit, stdout, stderr.split("\nHint: ")]).toEqual([1, "", [`kata: ${path}:${line}: ${message}`, expect.any(String)]]);
  }
});

test("a port that is taken is told at once", async () => {
  await using kata = await workspace({ project: false });
  using other = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
  const address = `127.0.0.1:${other.port}`;
  const { exit, stderr } = await kata`daemon start --listen ${address}`;
  const owner = process.platform === "linux" ? `bun (pid ${process.pid})` : "another program";
  expect([exit, stderr]).toEqual([1, `kata: ${address} is in use by ${owner}\nHint: Stop it, or listen on another address.\n`]);
});

test("two daemons never share a port", async () => {
  await using kata = await workspace({ project: false });
  const probe = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
  const address = `127.0.0.1:${probe.port}`;
  await probe.stop(true);
  expect((await kata`daemon start --listen ${address}`).exit).toBe(0);
  const env = { KATA_HOME: `${kata.home}-2` };
  const { exit, stderr } = await kata.run(["daemon", "start", "--listen", address], { env });
  expect([exit, stderr]).toEqual([1, expect.stringContaining(`${address} is in use by `)]);
});

test("a record whose pid is another program's by now is never signalled", async () => {
  await using kata = await workspace();
  const [daemon] = (await kata`daemon status --json`).json<Status>().daemons;
  const [record = ""] = [...new Bun.Glob("runtime/*/daemon.*.json").scanSync({ cwd: kata.home, absolute: true })];
  const told = await Bun.file(record).json();
  await kata`daemon stop`;
  const bystander = Bun.spawn(["sleep", "60"]);
  try {
    const path = record.replace(`daemon.${daemon?.pid}.`, `daemon.${bystander.pid}.`);
    await Bun.write(path, JSON.stringify({ ...told, pid: bystander.pid }));
    expect((await kata`daemon reload`).exit).toBe(2);
    expect(await kata`daemon stop`).toMatchObject({ exit: 0, stdout: "" });
    expect((await kata`list`).exit).toBe(0);
    expect(bystander.exitCode ?? bystander.signalCode).toBe(null);
  } finally {
    bystander.kill();
    await bystander.exited;
  }
});

test("whoever takes the port of a daemon that died is sent no token", async () => {
  await using kata = await workspace({ project: false, config: '[auth]\ntoken = "s3cret-token"\n' });
  const port = await freePort();
  await kata`daemon start --listen 127.0.0.1:${port}`;
  const [pid = 0] = kata.daemons();
  const [record = ""] = [...new Bun.Glob("runtime/*/daemon.*.json").scanSync({ cwd: kata.home, absolute: true })];
  const told = (await Bun.file(record).json()) as { version: string };
  process.kill(pid, "SIGKILL");
  while (kata.daemons().length > 0) await Bun.sleep(5);
  const seen: (string | null)[] = [];
  const fetch = ({ headers }: Request) => {
    seen.push(headers.get("authorization"));
    return Response.json({ ok: true, service: "kata", version: "9.0.0", pid: process.pid, projects: [] });
  };
  using _impostor = Bun.serve({ hostname: "127.0.0.1", port, fetch });
  // The number of the daemon's process is another's by now.
  const bystander = Bun.spawn(["sleep", "60"]);
  try {
    for (const version of [told.version, "9.0.0"])
      for (const words of [["projects", "list"], ["health"], ["doctor"], ["tokens", "list"]]) {
        await Bun.write(join(dirname(record), `daemon.${bystander.pid}.json`), JSON.stringify({ ...told, version, pid: bystander.pid }));
        await kata.run(words);
        await kata`daemon stop`;
      }
    expect(bystander.exitCode ?? bystander.signalCode).toBe(null);
  } finally {
    bystander.kill();
    await bystander.exited;
  }
  expect(seen.filter((each) => each !== null)).toEqual([]);
});

test("a daemon that hangs is told within the timeout, with what to do", async () => {
  await using kata = await workspace();
  const [daemon] = (await kata`daemon status --json`).json<Status>().daemons;
  process.kill(daemon?.pid as number, "SIGSTOP");
  try {
    const { exit, stderr } = await kata.run(["list"], { env: { KATA_HTTP_TIMEOUT: "300ms" } });
    expect([exit, stderr]).toEqual([
      1,
      expect.stringMatching(new RegExp(String.raw`\(pid ${daemon?.pid}\): it did not answer within 300 ms\.\nHint: .*kata daemon restart`)),
    ]);
  } finally {
    process.kill(daemon?.pid as number, "SIGCONT");
  }
});

test("a daemon over TCP takes no foreign Host, no Origin, and no address but a literal one", async () => {
  await using kata = await workspace({ project: false });
  const refused = await kata`daemon start --listen localhost:7777`;
  expect([refused.exit, refused.stderr]).toEqual([1, expect.stringContaining("must have a literal IP address")]);
  expect((await kata`daemon start --listen 0.0.0.0:7777`).exit).toBe(1);
  expect((await kata`daemon start --listen 8.8.8.8:7777`).exit).toBe(1);
  expect((await kata`daemon start --listen 10.0.0.1:7777`).exit).toBe(1);
  const address = `127.0.0.1:${await freePort()}`;
  expect((await kata`daemon start --listen ${address}`).exit).toBe(0);
  const ask = async (headers: Record<string, string>) => (await fetch(`http://${address}/api/v1/ping`, { headers })).status;
  expect(await ask({})).toBe(200);
  expect(await ask({ host: "localhost" })).toBe(200);
  expect(await ask({ host: "evil.test" })).toBe(403);
  expect(await ask({ origin: "http://127.0.0.1" })).toBe(403);
});

test("a database that is newer than the program stays as it is", async () => {
  await using kata = await workspace();
  await kata`daemon stop`;
  const path = join(kata.home, "kata.db");
  const db = new Database(path);
  db.run("PRAGMA user_version = 999");
  db.close();
  const before = Bun.hash(await Bun.file(path).bytes());
  const { exit, stderr } = await kata`list`;
  expect([exit, stderr]).toEqual([
    1,
    expect.stringMatching(/has schema version 999, and this kata knows \d+: it was left untouched\.\nHint: /),
  ]);
  expect(Bun.hash(await Bun.file(path).bytes())).toBe(before);
});

test("`kata whoami` says who and why", async () => {
  await using kata = await workspace({ project: false });
  expect((await kata`whoami`).stdout).toBe("actor=tester source=user\n");
  expect((await kata`whoami --as lee`).stdout).toBe("actor=lee source=flag\n");
  expect((await kata.run(["whoami"], { env: { USER: undefined } })).stdout).toBe("actor=anonymous source=fallback\n");
});

test("`kata quickstart` tells agents early that closing is a claim", async () => {
  await using kata = await workspace({ project: false });
  const { stdout } = await kata`quickstart`;
  expect(stdout.slice(0, 800)).toContain("kata close");
  expect((await kata`agent-instructions --json`).json<{ quickstart: string }>().quickstart).toBe(stdout.trimEnd());
});
