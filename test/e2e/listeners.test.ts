import { expect, test } from "bun:test";
import { existsSync, readdirSync, statSync } from "node:fs";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { homeOf } from "../../src/config/home.ts";
import { isLocked } from "../../src/config/lock.ts";
import { freePort } from "../free-port.ts";
import { workspace } from "../workspace.ts";

type Listener = { address: string; protocol: string; mode: string };
type Status = { daemons: { pid: number; address: string; listeners: Listener[] }[] };
type Faults = { error: { kind: string; data: { faults: { settings: string[]; message: string; hint: string }[] }; exit_code: number } };

const ping = (address: string) =>
  fetch(address.startsWith("unix://") ? "http://kata.invalid/api/v1/ping" : `http://${address}/api/v1/ping`, {
    ...(address.startsWith("unix://") && { unix: address.slice("unix://".length) }),
  }).then(
    ({ status }) => status,
    () => 0,
  );

/** What a listener answers to a request as it is written. */
function send(port: number, head: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port }, () => socket.write(`${[...head, "Connection: close"].join("\r\n")}\r\n\r\n`));
    let got = "";
    socket.on("data", (data: Buffer) => (got += data.toString()));
    socket.on("close", () => resolve(got));
    socket.on("error", reject);
  });
}

test("`kata daemon start --listen` repeats: all listeners are said, shown and answer, and commands take the nearest", async () => {
  await using kata = await workspace({ project: false });
  const [a, b, c] = [`127.0.0.1:${await freePort()}`, `[::1]:${await freePort()}`, `unix://${kata.home}/a.sock`];
  const { exit, stderr } = await kata`daemon start --listen ${a} --listen ${b} --listen ${c}`;
  const [pid] = kata.daemons();
  const said = [a, b, c].map((address) => `kata: daemon pid=${pid} listens on ${address} (plain, open)\n`);
  expect([exit, stderr]).toEqual([0, said.join("")]);
  expect(await Promise.all([a, b, c].map(ping))).toEqual([200, 200, 200]);
  const shown = [a, b, c].map((address) => `listener address=${address} protocol=plain mode=open\n`).join("");
  expect((await kata`daemon status`).stdout).toMatch(/^daemon pid=\d+ version=\S+ address=127\.0\.0\.1:\d+ db=\S+ started_at=\S+\n/);
  expect((await kata`daemon status`).stdout).toEndWith(`\n${shown}`);
  const [daemon] = (await kata`daemon status --json`).json<Status>().daemons;
  expect(daemon).toMatchObject({ address: a, listeners: [a, b, c].map((address) => ({ address, protocol: "plain", mode: "open" })) });
  expect((await kata`init --project demo`).exit).toBe(0);

  const again = await kata`daemon restart --listen ${b} --listen ${c}`;
  expect([again.exit, again.stderr.split("\n").length]).toEqual([0, 4]);
  expect(await Promise.all([a, b, c].map(ping))).toEqual([0, 200, 200]);
  await kata`daemon stop`;
  expect(await Promise.all([a, b, c].map(ping))).toEqual([0, 0, 0]);
  expect(existsSync(`${kata.home}/a.sock`)).toBe(false);
});

test("`kata daemon status` of the private socket alone is one line", async () => {
  await using kata = await workspace({ project: false });
  await kata`projects list`;
  expect((await kata`daemon status`).stdout).toMatch(/^daemon pid=.*\n$/);
});

test("Auto-started daemons also read the config-file listener, and KATA_LISTEN; commands take that address with the token", async () => {
  await using kata = await workspace({ project: false });
  const [inFile, inEnv] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
  await Bun.write(join(kata.home, "config.toml"), `listen = "${inFile}"\n\n[auth]\ntoken = "s3cret-token"\n`);
  const first = await kata`init --project demo`;
  expect([first.exit, first.stderr]).toEqual([0, `kata: started a daemon at ${inFile}\n`]);
  expect((await kata`create "Fix it"`).exit).toBe(0);
  expect((await kata`daemon status`).stdout).toContain(`listener address=${inFile} protocol=plain mode=shared_token\n`);
  await kata`daemon stop`;
  const env = { KATA_LISTEN: `${inEnv},unix://${kata.home}/b.sock` };
  expect((await kata.run(["list"], { env })).stderr).toBe(`kata: started a daemon at ${inEnv}\n`);
  expect(await Promise.all([ping(inFile), ping(inEnv), ping(`unix://${kata.home}/b.sock`)])).toEqual([0, 200, 200]);
});

test("PORT makes a daemon in the foreground listen on each private address of the host, and means nothing to others", async () => {
  await using kata = await workspace({ project: false });
  const port = await freePort();
  const env = { PORT: String(port), KATA_AUTH_TOKEN: "s3cret-token", KATA_TRUST_PRIVATE_NETWORK: "1" };
  expect((await kata.run(["daemon", "start"], { env })).stderr).toMatch(/^kata: daemon pid=\d+ listens on unix:\/\/\S+\n$/);
  await kata`daemon stop`;
  expect((await kata.run(["projects", "list"], { env })).stderr).toBe("");
  await kata`daemon stop`;
  const hosted = kata.start(["daemon", "start", "--foreground"], { env });
  for (const end = Date.now() + 10_000; (await ping(`127.0.0.1:${port}`)) !== 200; await Bun.sleep(10))
    expect(Date.now()).toBeLessThan(end);
  const [daemon] = (await kata`daemon status --json`).json<Status>().daemons;
  const addresses = (daemon?.listeners ?? []).map(({ address }) => address);
  expect(addresses).toContain(`127.0.0.1:${port}`);
  expect(await Promise.all(addresses.map(ping))).toEqual(addresses.map(() => 200));
  expect(addresses.filter((address) => /^(?:0\.0\.0\.0|\[::\])/.test(address))).toEqual([]);
  expect((await kata.run(["projects", "list"], { env })).exit).toBe(0);
  hosted.kill("SIGTERM");
  expect(await hosted.exited).toBe(0);
});

test("a listener that can't be opened ends the start with one message, and leaves nothing behind", async () => {
  await using kata = await workspace({ project: false });
  using other = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
  const socket = `${kata.home}/a.sock`;
  const free = `127.0.0.1:${await freePort()}`;
  const start = (last: string, env: Record<string, string> = {}) =>
    kata.run(["daemon", "start", "--listen", free, "--listen", `unix://${socket}`, "--listen", last], { env });
  const taken = await start(`127.0.0.1:${other.port}`);
  expect([taken.exit, taken.stderr]).toEqual([1, expect.stringMatching(/^kata: 127\.0\.0\.1:\d+ is in use by .*\nHint: .*\n$/)]);
  const env = { KATA_AUTH_TOKEN: "s3cret-token", KATA_TRUST_PRIVATE_NETWORK: "1" };
  const absent = await start("100.64.255.254:7777", env);
  expect([absent.exit, absent.stderr]).toEqual([
    1,
    expect.stringMatching(/^kata: 100\.64\.255\.254:7777 is no address of this host\nHint: This host has .*127\.0\.0\.1.*\.\n$/),
  ]);
  const { lock, runtime } = homeOf(kata.env);
  expect([await ping(free), existsSync(socket), isLocked(lock)]).toEqual([0, false, false]);
  expect(readdirSync(runtime).filter((name) => name.startsWith("daemon.") && name !== "daemon.log")).toEqual([]);
  expect((await kata`daemon status`).stdout).toBe("no daemon running\n");

  await Bun.write(socket, "Dear diary");
  expect((await start(`127.0.0.1:${await freePort()}`)).stderr).toContain("is there and is no socket: it was left untouched");
  expect(await Bun.file(socket).text()).toBe("Dear diary");
});

test("a socket that is in use is told with its owner", async () => {
  await using kata = await workspace({ project: false });
  const unix = `${kata.home}/a.sock`;
  using _other = Bun.serve({ unix, fetch: () => new Response() });
  const { exit, stderr } = await kata`daemon start --listen unix://${unix}`;
  const owner = process.platform === "linux" ? `bun (pid ${process.pid})` : "another program";
  expect([exit, stderr.split("\n")[0]]).toEqual([1, `kata: unix://${unix} is in use by ${owner}`]);
});

test("settings that exclude each other are exit 2, all in one message, before anything is made", async () => {
  await using kata = await workspace({ project: false });
  await Bun.write(
    join(kata.home, "config.toml"),
    '[auth]\nrequire_token_identity = true\n\n[auth.proxy]\ntrusted_actor_header = "X-Kata-Actor"\n',
  );
  for (const more of [["--foreground"], []]) {
    const { exit, stdout, stderr } = await kata.run(["daemon", "start", "--listen", "localhost:1", "--insecure-readonly", ...more]);
    expect([exit, stdout]).toEqual([2, ""]);
    expect(stderr.split("\n")).toEqual([
      "kata: The daemon's settings have 4 faults:",
      expect.stringMatching(/^ {2}--listen: localhost:1 must have a literal IP address/),
      expect.stringMatching(/^ {2}\S+config\.toml:5: auth\.proxy\.trusted_actor_header names the header X-Kata-Actor, and no listener/),
      expect.stringMatching(
        /^ {2}\S+config\.toml:2: auth\.require_token_identity .* and --insecure-readonly .*\. Take one of them away\.$/,
      ),
      expect.stringMatching(/^ {2}\S+config\.toml:2: auth\.require_token_identity needs the bootstrap token/),
      "",
    ]);
    const json = await kata.run(["daemon", "start", "--listen", "localhost:1", "--insecure-readonly", "--json", ...more]);
    const { error } = JSON.parse(json.stderr) as Faults;
    expect([error.kind, error.exit_code, error.data.faults.length]).toEqual(["usage", 2, 4]);
    expect(error.data.faults[0]).toMatchObject({ settings: ["--listen"], hint: expect.stringContaining("127.0.0.1") });
  }
  const automatic = await kata`projects list`;
  expect([automatic.exit, automatic.stderr.split("\n").length]).toEqual([2, 4]);
  expect(existsSync(homeOf(kata.env).db)).toBe(false);
  expect(readdirSync(kata.home).filter((name) => name !== "runtime")).toEqual(["config.toml"]);
});

test("the names by which a TCP listener is called: its addresses, localhost, and allowed_hosts; any Origin is refused", async () => {
  await using kata = await workspace({ project: false });
  const port = await freePort();
  await Bun.write(
    join(kata.home, "config.toml"),
    `listen = ["127.0.0.1:${port}", "unix://${kata.home}/a.sock"]\nallowed_hosts = "kata.example"\n`,
  );
  await kata`daemon start`;
  const status = async (version: string, ...head: string[]) =>
    Number((await send(port, [`GET /api/v1/ping HTTP/${version}`, ...head])).split(" ")[1]);
  expect(await status("1.1", "Host: kata.example")).toBe(200);
  expect(await status("1.1", `Host: KATA.example.:${port}`)).toBe(200);
  expect(await status("1.1", "Host: localhost")).toBe(200);
  expect(await status("1.1", "Host: evil.example")).toBe(403);
  expect(await status("1.1", "Host: 127.0.0.1", "Host: evil.example")).toBe(400);
  expect(await status("1.1", "Host: evil.example", "Host: 127.0.0.1")).toBe(400);
  expect(await status("1.1", "Host:")).toBe(400);
  expect(await status("1.1")).toBe(400);
  expect(await status("1.0")).toBe(400);
  expect(await status("1.0", "Host: 127.0.0.1")).toBe(200);
  for (const origin of [`http://127.0.0.1:${port}`, "http://kata.example", "null"])
    expect([origin, await status("1.1", "Host: kata.example", `Origin: ${origin}`)]).toEqual([origin, 403]);
  const unix = await fetch("http://evil.example/api/v1/ping", { unix: `${kata.home}/a.sock` });
  expect(unix.status).toBe(200);
});

test("`daemon status` shows the mode of each listener, and never a secret", async () => {
  await using kata = await workspace({ project: false });
  const [proxy, direct] = [`unix://${kata.home}/proxy.sock`, `127.0.0.1:${await freePort()}`];
  const config = [
    `listen = ["${proxy}", "${direct}"]`,
    "[auth]",
    'token = "s3cret-token"',
    "require_token_identity = true",
    "[auth.proxy]",
    'trusted_actor_header = "X-Kata-Actor"',
    `trusted_proxy_listeners = ["${proxy}"]`,
  ];
  await Bun.write(join(kata.home, "config.toml"), config.join("\n"));
  const started = await kata`daemon start`;
  const { stdout } = await kata`daemon status`;
  expect(stdout.split("\n").slice(1)).toEqual([
    `listener address=${proxy} protocol=plain mode=trusted_proxy`,
    `listener address=${direct} protocol=plain mode=identity`,
    "",
  ]);
  expect(started.stderr).toContain(`listens on ${proxy} (plain, trusted proxy)\n`);
  const record = await Bun.file([...new Bun.Glob("runtime/*/daemon.*.json").scanSync({ cwd: kata.home, absolute: true })][0] ?? "").text();
  const all = [started.stderr, stdout, (await kata`daemon status --json`).stdout, record, await Bun.file(homeOf(kata.env).log).text()];
  expect(all.join("\n")).not.toContain("s3cret");
});

test("`[[listener]] group` opens a socket to the members of a group, and a folder that is made for it; else both are their user's alone", async () => {
  await using kata = await workspace({ project: false });
  const own = Bun.spawnSync(["id", "-gn"]).stdout.toString().trim();
  const [open, closed] = [`${kata.home}/run/proxy.sock`, `${kata.home}/own/kata.sock`];
  const config = (group: string) => `listen = "unix://${closed}"\n[[listener]]\naddress = "unix://${open}"\ngroup = "${group}"\n`;
  await Bun.write(join(kata.home, "config.toml"), config(own));
  expect((await kata`daemon start`).exit).toBe(0);
  const modes = [closed, open].flatMap((path) => [dirname(path), path]).map((path) => (statSync(path).mode & 0o777).toString(8));
  expect(modes).toEqual(["700", "600", "710", "660"]);
  expect([statSync(open).gid, await ping(`unix://${open}`)]).toEqual([process.getgid?.() ?? 0, 200]);
  await kata`daemon stop`;

  await Bun.write(join(kata.home, "config.toml"), config("no-such-group"));
  const { exit, stderr } = await kata`daemon start`;
  expect([exit, stderr]).toEqual([
    1,
    `kata: ${open}: there is no group no-such-group on this machine\nHint: Correct group in config.toml.\n`,
  ]);
  expect([existsSync(open), existsSync(closed)]).toEqual([false, false]);
});
