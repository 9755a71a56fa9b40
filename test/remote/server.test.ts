import { afterAll, expect } from "bun:test";
import { asRoot } from "../namespace.ts";
import type { Workspace } from "../workspace.ts";
import { Networks } from "./networks.ts";

const networks = new Networks();
afterAll(() => networks.end());
const test = asRoot(["ip", "nsenter"]);

const AT = "100.64.0.5:7777";
const SET_UP = { KATA_AUTH_TOKEN: "change-me", KATA_TRUST_PRIVATE_NETWORK: "1" };
const CONFIG = `listen = "${AT}"\n\n[auth]\ntoken = "change-me"\ntrust_private_network = true\n`;

const at = (address: string, token = "change-me") => ({ env: { KATA_SERVER: `http://${address}`, KATA_AUTH_TOKEN: token } });
/** Whether a client gets an answer at an address. */
const reaches = async (client: Workspace, address: string) => (await client.run(["projects", "list"], at(address))).exit === 0;
const listening = async (host: Workspace) =>
  (await host`daemon status --json`)
    .json<{ daemons: { listeners: { address: string }[] }[] }>()
    .daemons.flatMap(({ listeners }) => listeners.map(({ address }) => address));

test("Start the daemon on a literal non-public IP address: by flag and environment, and a client on another host works with it", async () => {
  await using host = await networks.user("daemon", { env: SET_UP });
  await using client = await networks.user("client", at(AT));
  const started = await host`daemon start --listen ${AT}`;
  const [pid] = host.daemons();
  expect([started.exit, started.stderr]).toEqual([0, `kata: daemon pid=${pid} listens on ${AT} (plain, shared token)\n`]);
  expect(await client`init --project demo`).toMatchObject({ exit: 0, stderr: "" });
  expect((await client`create "Over the tailnet"`).exit).toBe(0);
  expect((await client`list`).stdout).toContain("Over the tailnet");
  expect(client.daemons()).toEqual([]);
  const tail = client.start(["events", "--tail"]);
  for await (const piece of tail.stdout) {
    expect(new TextDecoder().decode(piece)).toContain("issue.created");
    break;
  }
  expect((await client`doctor`).stdout).toContain(`http://${AT} answers in`);
});

test("Or configure it persistently in <KATA_HOME>/config.toml. The CLI flag wins over config, and KATA_LISTEN over the file", async () => {
  await using host = await networks.user("daemon", { config: CONFIG });
  await using client = await networks.user("client");
  await host`daemon start`;
  expect(await listening(host)).toEqual([AT]);
  expect(await reaches(client, AT)).toBe(true);
  await host`daemon restart --listen 10.0.0.5:7777 --listen [fd00::5]:7777`;
  expect(await listening(host)).toEqual(["10.0.0.5:7777", "[fd00::5]:7777"]);
  expect(await Promise.all([AT, "10.0.0.5:7777", "[fd00::5]:7777"].map((each) => reaches(client, each)))).toEqual([false, true, true]);
  await host.run(["daemon", "restart"], { env: { KATA_LISTEN: "172.16.0.5:7777,192.168.0.5:7777" } });
  expect(await Promise.all([AT, "172.16.0.5:7777", "192.168.0.5:7777"].map((each) => reaches(client, each)))).toEqual([false, true, true]);
});

test("Auto-started daemons also read the config-file listener, so a host that should always use one TCP address only needs the config set once", async () => {
  await using host = await networks.user("daemon", { config: CONFIG });
  await using client = await networks.user("client");
  expect(await host`init --project demo`).toMatchObject({ exit: 0, stderr: `kata: started a daemon at ${AT}\n` });
  expect(await reaches(client, AT)).toBe(true);
  expect((await host`create "On the host itself"`).exit).toBe(0);
});

test("iface:<name>:<port> resolves to exactly one eligible address or fails", async () => {
  await using host = await networks.user("daemon", { env: SET_UP });
  await host`daemon start --listen iface:tailscale0:7777`;
  expect(await listening(host)).toEqual([AT]);
  await host`daemon stop`;
  for (const [name, why] of [
    ["lan0", "has several private addresses: 10.0.0.5, 172.16.0.5, 192.168.0.5"],
    ["wan0", "has no private address"],
    ["eth9", "there is no interface eth9"],
  ] as const) {
    const { exit, stderr } = await host`daemon start --listen iface:${name}:7777`;
    expect([exit, stderr]).toEqual([1, expect.stringContaining(why)]);
  }
});

test("PORT: one listener on each non-public address of the host, none on a public one", async () => {
  await using host = await networks.user("daemon", { env: { ...SET_UP, PORT: "7777" } });
  const hosted = host.start(["daemon", "start", "--foreground"]);
  await using client = await networks.user("client");
  for (const end = Date.now() + 10_000; !(await reaches(client, AT)); await Bun.sleep(20)) expect(Date.now()).toBeLessThan(end);
  const own = ["127.0.0.1", "[::1]", "100.64.0.5", "10.0.0.5", "172.16.0.5", "192.168.0.5", "169.254.0.5", "[fd00::5]"];
  expect((await listening(host)).sort()).toEqual(own.map((address) => `${address}:7777`).sort());
  for (const address of ["203.0.113.5", "[2001:db8::5]"]) {
    const { exit } = await networks.run("client", ["curl", "--silent", "--globoff", `http://${address}:7777/api/v1/ping`]);
    // 7: nobody listens there.
    expect([address, exit]).toEqual([address, 7]);
  }
  hosted.kill("SIGTERM");
  expect(await hosted.exited).toBe(0);
});

test("a name that is no literal address is asked for by `Host`, and refused: no page of the web reaches a daemon on the network", async () => {
  await using host = await networks.user("daemon", { env: SET_UP, config: 'allowed_hosts = "kata.lan"\n' });
  await host`daemon start --listen ${AT}`;
  const status = async (...headers: string[]) => {
    const words = ["curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code}", ...headers.flatMap((each) => ["-H", each])];
    return (await networks.run("client", [...words, `http://${AT}/api/v1/ping`])).stdout;
  };
  expect(await status()).toBe("200");
  expect(await status("Host: kata.lan:7777")).toBe("200");
  expect(await status("Host: rebound.example")).toBe("403");
  expect(await status("Origin: http://100.64.0.5:7777")).toBe("403");
});

test("wrong tokens from 20 a minute on are answered with 429 to the host that sends them, and to no other", async () => {
  await using host = await networks.user("daemon", { env: SET_UP });
  await host`daemon start --listen ${AT} --listen 10.0.0.5:7777`;
  const statuses = async (where: "client" | "daemon", address: string, token: string, times: number) => {
    const url = `http://${address}:7777/api/v1/projects?[1-${times}]`;
    const words = [
      "curl",
      "--silent",
      "--output",
      "/dev/null",
      "--write-out",
      "%{http_code} ",
      "-H",
      `Authorization: Bearer ${token}`,
      url,
    ];
    return (await networks.run(where, words)).stdout.trim().split(" ");
  };
  const failed = await statuses("client", "100.64.0.5", "change-you", 22);
  expect(failed).toEqual([...Array.from({ length: 20 }, () => "403"), "429", "429"]);
  expect(await statuses("client", "100.64.0.5", "change-me", 1)).toEqual(["200"]);
  expect(await statuses("daemon", "100.64.0.5", "change-you", 1)).toEqual(["403"]);
});
