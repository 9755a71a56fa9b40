import { expect, test } from "bun:test";
import { join } from "node:path";
import { homeOf } from "../../src/config/home.ts";
import { workspace } from "../workspace.ts";

test("`kata daemon locate` tells where the daemon is and why, and asks nobody", async () => {
  await using kata = await workspace({ project: false });
  const { socket } = homeOf(kata.env);
  expect((await kata`daemon locate`).stdout).toBe(
    `address    unix://${socket}\nchosen by  nothing names another daemon\nruns       no, the next command that needs it starts it\ntoken      none\n`,
  );
  const env = { KATA_SERVER: "http://100.64.0.5:7777/kata", KATA_AUTH_TOKEN: "s3cret" };
  expect((await kata.run(["daemon", "locate"], { env })).stdout).toBe(
    "address    http://100.64.0.5:7777/kata\nchosen by  KATA_SERVER\ntoken      from KATA_AUTH_TOKEN\n",
  );
  expect((await kata.run(["daemon", "locate", "--json"], { env })).json<unknown>()).toEqual({
    kata_api_version: 1,
    source: "configured",
    by: "KATA_SERVER",
    kind: "remote",
    network: "tcp",
    scheme: "http",
    address: "100.64.0.5:7777",
    request_base_url: "http://100.64.0.5:7777/kata",
    token: { from: "KATA_AUTH_TOKEN" },
  });
  await kata`projects list`;
  expect((await kata`daemon locate --json`).json<unknown>()).toEqual({
    kata_api_version: 1,
    source: "local_default",
    by: "nothing names another daemon",
    kind: "local",
    network: "unix",
    scheme: "unix",
    address: `unix://${socket}`,
    running: true,
    token: null,
  });
});

test("`kata daemon locate` refuses what commands refuse", async () => {
  await using kata = await workspace({ project: false });
  const { exit, stderr } = await kata.run(["daemon", "locate"], { env: { KATA_SERVER: "http://8.8.8.8:7777" } });
  expect([exit, stderr]).toEqual([
    1,
    "kata: KATA_SERVER: plain http only goes to a literal private address, and 8.8.8.8 is a public address\n" +
      "Hint: Use https, an SSH tunnel to 127.0.0.1, or the daemon's private IP address.\n",
  ]);
});

type Explained = { allowed: boolean; sends_token: boolean; would_send_token: boolean; address_kind: string; fix: string | null };

test.each([
  ["http://100.64.0.5:7777", "cgnat", true, true],
  ["http://10.0.0.1", "private", true, true],
  ["https://kata.example.com", "name", true, true],
  ["http://kata.example.com", "name", false, false],
  ["http://8.8.8.8", "public", false, false],
  ["http://0x7f.1", "loopback", false, false],
])("`kata auth explain %s`: an address of the kind %s", async (url, kind, allowed, would) => {
  await using kata = await workspace({ project: false });
  for (const token of [undefined, "s3cret"]) {
    const ran = await kata.run(["auth", "explain", url, "--json"], { env: { KATA_AUTH_TOKEN: token } });
    const { fix, ...said } = ran.json<Explained>();
    expect(said).toMatchObject({ address_kind: kind, allowed, sends_token: token !== undefined && would, would_send_token: would });
    expect([ran.exit, fix === null]).toEqual([0, would]);
    expect(ran.stdout).not.toContain("s3cret");
  }
});

test("`kata auth explain` tells of the selected daemon when none is named, and what allow_insecure is good for", async () => {
  await using kata = await workspace({ project: false });
  const { socket } = homeOf(kata.env);
  expect((await kata`auth explain`).stdout).toContain(`address    unix://${socket}\n`);
  const env = { KATA_ALLOW_INSECURE: "1" };
  expect((await kata.run(["auth", "explain", "http://kata.example.com"], { env })).stdout).toContain(
    "verdict    there is no token to send; one would be refused\n" +
      "why        plain http only goes to a literal private address, and kata.example.com is a name; allow_insecure does not hold where a token goes along\n",
  );
  await Bun.write(join(kata.home, "config.toml"), '[[daemon]]\nname = "work"\nurl = "https://work.test"\ntoken = "s3cret"\n');
  const { stdout } = await kata`auth explain --daemon work`;
  expect(stdout).toBe(
    `address    https://work.test\nchosen by  --daemon work\ntoken      from token of [[daemon]] work in ${join(kata.home, "config.toml")}\n` +
      "verdict    the token is sent\nwhy        https keeps it from others, and proves who answers\n" +
      "beyond     to https://work.test alone: no redirect is followed, and proxy variables play no part\n",
  );
});
