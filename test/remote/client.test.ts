import { afterAll, expect } from "bun:test";
import { join } from "node:path";
import { makeCertificate } from "../certificate.ts";
import { asRoot } from "../namespace.ts";
import type { Workspace } from "../workspace.ts";
import { NAMES, Networks } from "./networks.ts";

const networks = new Networks();
afterAll(() => networks.end());
const test = asRoot(["ip", "nsenter", "openssl"]);

const AT = "100.64.0.5:7777";
const SET_UP = { KATA_AUTH_TOKEN: "change-me", KATA_TRUST_PRIVATE_NETWORK: "1" };

const local = (kata: Workspace, url: string) => Bun.write(join(kata.dir, ".kata.local.toml"), `version = 1\n\n[server]\nurl = "${url}"\n`);

test("Point clients at the daemon, by KATA_SERVER; for a per-workspace, gitignored setting by .kata.local.toml. KATA_SERVER wins over it", async () => {
  await using one = await networks.user("daemon", { env: SET_UP });
  await using two = await networks.user("daemon", { env: SET_UP });
  await using client = await networks.user("client", { env: { KATA_AUTH_TOKEN: "change-me" } });
  await one`daemon start --listen ${AT}`;
  await two`daemon start --listen 10.0.0.5:7777`;
  const KATA_SERVER = `http://${AT}`;
  expect((await client.run(["init", "--project", "demo"], { env: { KATA_SERVER } })).exit).toBe(0);
  expect(await Bun.file(join(client.dir, ".gitignore")).text()).toContain(".kata.local.toml\n");
  await client.run(["create", "In the first"], { env: { KATA_SERVER } });

  await local(client, "http://10.0.0.5:7777");
  expect((await client`daemon locate`).stdout).toContain("http://10.0.0.5:7777\n");
  await client`init --project demo`;
  await client`create "In the second"`;
  expect((await client`list`).stdout).toMatch(/^\S+ +open +In the second  \(unowned\)\n$/);
  expect((await client.run(["list"], { env: { KATA_SERVER } })).stdout).toMatch(/^\S+ +open +In the first  \(unowned\)\n$/);
  expect(client.daemons()).toEqual([]);

  // Whoever commits such a file could send everybody's token to himself.
  await Bun.$`git add --force .kata.local.toml`.cwd(client.dir).env(client.env);
  const passed = await client.run(["daemon", "locate"]);
  expect([passed.stdout, passed.stderr]).toEqual([expect.stringContaining("unix://"), expect.stringContaining(".kata.local.toml")]);
});

test("an unreachable configured daemon is exit 7, never a silent fallback to a local one, on whatever network", async () => {
  await using client = await networks.user("client");
  const urls = [`http://${AT}`, "http://100.64.0.99:7777", "http://[fd00::99]:7777", "https://203.0.113.99", "https://198.51.100.1"];
  await local(client, urls[0] ?? "");
  const asked = [...urls.map((KATA_SERVER) => ({ url: KATA_SERVER, env: { KATA_SERVER } })), { url: urls[0], env: {} }];
  const answers = asked.map(async ({ url, env }) => {
    const { exit, stdout, stderr } = await client.run(["projects", "list"], { env });
    expect([url, exit, stdout, stderr]).toEqual([url, 7, "", expect.stringContaining(`No kata daemon answers at ${url}`)]);
  });
  await Promise.all(answers);
  expect(client.daemons()).toEqual([]);
});

test("Unix sockets, loopback HTTP, and HTTPS do not require the same private-network trust opt-in; HTTPS goes to public addresses too", async () => {
  const env = { KATA_AUTH_TOKEN: "change-me" };
  await using host = await networks.user("daemon", { env });
  await using client = await networks.user("client", { env });
  const { cert: KATA_CA_FILE } = await makeCertificate(host.home, "kata", { names: NAMES });
  const config = [
    `listen = ["unix://${host.home}/kata.sock", "203.0.113.5:7777", "[2001:db8::5]:7777", "10.0.0.5:7777"]`,
    '[tls]\ncert = "kata.pem"\nkey = "kata.key"',
    '[[listener]]\naddress = "127.0.0.1:7777"\ntls = false',
  ];
  await Bun.write(join(host.home, "config.toml"), config.join("\n\n"));
  expect((await host`daemon start`).exit).toBe(0);
  expect((await host`init --project demo`).exit).toBe(0);
  expect((await host.run(["list"], { env: { KATA_SERVER: "http://127.0.0.1:7777" } })).exit).toBe(0);
  for (const address of ["203.0.113.5", "[2001:db8::5]", "10.0.0.5"]) {
    const KATA_SERVER = `https://${address}:7777`;
    expect(await client.run(["create", `By ${address}`, "--project", "demo"], { env: { KATA_SERVER, KATA_CA_FILE } })).toMatchObject({
      exit: 0,
    });
    // Whom nobody vouches for gets nothing, and no token.
    const stranger = await client.run(["projects", "list"], { env: { KATA_SERVER } });
    expect([stranger.exit, stranger.stderr]).toEqual([
      7,
      expect.stringContaining("its certificate is not signed by an authority that is trusted here"),
    ]);
  }
  const issues = (await host`list --json`).json<{ issues: { title: string }[] }>().issues.map(({ title }) => title);
  expect(issues.sort()).toEqual(["By 10.0.0.5", "By 203.0.113.5", "By [2001:db8::5]"]);
});

test("The client never goes through a proxy for plain HTTP: with all proxy variables set nothing arrives there", async () => {
  await using host = await networks.user("daemon", { env: SET_UP });
  await host`daemon start --listen ${AT}`;
  using sniffer = await networks.sniff(3128);
  const proxy = "http://10.0.0.5:3128";
  const names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"];
  const env = { ...Object.fromEntries(names.map((name) => [name, proxy])), NO_PROXY: "", KATA_AUTH_TOKEN: "change-me" };
  await using client = await networks.user("client", { env: { ...env, KATA_SERVER: `http://${AT}` } });
  expect((await client`init --project demo`).exit).toBe(0);
  expect((await client`create "Past the proxy"`).exit).toBe(0);
  for (const KATA_SERVER of ["http://100.64.0.99:7777", "https://203.0.113.5:7777"])
    expect((await client.run(["list"], { env: { KATA_SERVER } })).exit).toBe(7);
  expect(await sniffer.stop()).toEqual([]);
});
