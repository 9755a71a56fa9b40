import { afterAll, expect } from "bun:test";
import { join } from "node:path";
import { makeCertificate } from "../certificate.ts";
import { asRoot } from "../namespace.ts";
import type { Workspace } from "../workspace.ts";
import { NAMES, Networks } from "./networks.ts";

const networks = new Networks();
afterAll(() => networks.end());
const test = asRoot(["ip", "nsenter", "curl", "openssl"]);

const TOKEN = "change-me";

/** Where a daemon may be told to listen, by what kata takes it for. */
const forms = {
  local: ["127.0.0.1", "[::1]"],
  private: ["10.0.0.5", "172.16.0.5", "192.168.0.5", "100.64.0.5", "169.254.0.5", "[fd00::5]", "[fe80::5%lan0]"],
  public: ["203.0.113.5", "[2001:db8::5]"],
  every: ["0.0.0.0", "[::]"],
  name: ["localhost", "kata.example.com", "0x64400005", ""],
} as const;
type Form = keyof typeof forms;
const kinds = Object.keys(forms) as Form[];

/** What another host gets: reading without a token, and writing with the right one, without one and with a wrong one. */
type Gives = [read: string, right: string, none: string, wrong: string];
type Mode = { env?: Record<string, string>; flags?: string[]; tls?: boolean; takes: Form[]; gives: Gives };

const token = { KATA_AUTH_TOKEN: TOKEN };
const trust = { KATA_TRUST_PRIVATE_NETWORK: "1" };
const flags = ["--insecure-readonly"];
const open: Gives = ["done", "done", "done", "done"];
const shared: Gives = ["auth_required", "done", "auth_required", "auth_invalid"];
const readable: Gives = ["done", "auth_required", "auth_required", "auth_required"];
const both: Gives = ["done", "done", "auth_required", "auth_invalid"];

const modes: Record<string, Mode> = {
  "neither token nor trust": { takes: ["local"], gives: open },
  "a token": { env: token, takes: ["local"], gives: shared },
  trust: { env: trust, takes: ["local"], gives: open },
  "token and trust": { env: { ...token, ...trust }, takes: ["local", "private"], gives: shared },
  "read-only": { flags, takes: ["local", "private"], gives: readable },
  "read-only, and a token": { env: token, flags, takes: ["local"], gives: both },
  "read-only, token and trust": { env: { ...token, ...trust }, flags, takes: ["local", "private"], gives: both },
  HTTPS: { tls: true, takes: ["local"], gives: open },
  "HTTPS and a token": { tls: true, env: token, takes: ["local", "private", "public", "every"], gives: shared },
  "HTTPS, read-only": { tls: true, flags, takes: ["local", "private"], gives: readable },
};

/** What became of a command: `done`, or the code of the refusal. */
async function outcomeOf(user: Workspace, words: string[], env: Record<string, string>): Promise<string> {
  const { exit, stderr } = await user.run([...words, "--json"], { env });
  return exit === 0 ? "done" : ((JSON.parse(stderr) as { error: { code?: string } }).error.code ?? stderr);
}

test.each(Object.entries(modes))(
  "{address form} × {mode} on both sides: %s",
  async (_name, { env = {}, flags: more = [], tls = false, takes, gives }) => {
    await using host = await networks.user("daemon", { env });
    await using client = await networks.user("client");
    const { cert } = await makeCertificate(host.home, "kata", { names: NAMES });
    if (tls) await Bun.write(join(host.home, "config.toml"), '[tls]\ncert = "kata.pem"\nkey = "kata.key"\n');
    const refusals = kinds
      .filter((form) => !takes.includes(form))
      .flatMap((form) => forms[form])
      .map(async (address) => {
        const { exit, stderr } = await host`daemon start --foreground --listen ${`${address}:7777`} ${more}`;
        expect([address, exit, stderr]).toEqual([address, 1, expect.stringContaining(`${address}:7777`)]);
      });
    await Promise.all(refusals);
    expect(await Bun.file(join(host.home, "kata.db")).exists()).toBe(false);

    const places = takes
      .flatMap((form) => forms[form].map((address) => ({ form, address })))
      .map((each, i) => ({ ...each, port: 7_700 + i }));
    const listen = places.flatMap(({ address, port }) => ["--listen", `${address}:${port}`]);
    expect(await host`daemon start ${listen} ${more}`).toMatchObject({ exit: 0 });
    expect(await outcomeOf(host, ["init", "--project", "demo"], { KATA_AUTH_TOKEN: TOKEN })).toBe(gives[1]);
    for (const { form, address, port } of places) {
      const scheme = tls ? "https" : "http";
      // No URL of kata's own client names an interface.
      if (address.includes("%")) {
        const url = `${scheme}://${address.replace("%", "%25")}:${port}/api/v1/ping`;
        const { stdout } = await networks.run("client", ["curl", "--silent", "--insecure", "--globoff", url]);
        expect([address, stdout]).toEqual([address, expect.stringContaining('"service":"kata"')]);
        continue;
      }
      const to = address.replace("0.0.0.0", "203.0.113.5").replace("[::]", "[2001:db8::5]");
      const user = form === "local" ? host : client;
      const as = (bearer: string) => ({ KATA_SERVER: `${scheme}://${to}:${port}`, KATA_CA_FILE: tls ? cert : "", KATA_AUTH_TOKEN: bearer });
      const write = ["init", "--project", "demo"];
      const got = [outcomeOf(user, ["projects", "list"], as("")), outcomeOf(user, write, as(TOKEN))];
      if (address === forms[form][0]) got.push(outcomeOf(user, write, as("")), outcomeOf(user, write, as("change-you")));
      expect([address, ...(await Promise.all(got))]).toEqual([address, ...gives.slice(0, got.length)]);
    }
  },
);

test("Mutable non-loopback HTTP requires both: each missing piece is named with the two ways to set it, and either way will do", async () => {
  await using host = await networks.user("daemon");
  const start = async (env: Record<string, string>, config: string) => {
    await Bun.write(join(host.home, "config.toml"), config);
    const { exit, stderr } = await host.run(["daemon", "start", "--listen", "100.64.0.5:7777"], { env });
    if (exit === 0) await host`daemon stop`;
    return stderr;
  };
  const [noToken, noTrust] = [
    /set KATA_AUTH_TOKEN, or token under \[auth\] in config\.toml/,
    /set KATA_TRUST_PRIVATE_NETWORK=1, or trust_private_network = true under \[auth\] in config\.toml/,
  ];
  const inFile = { token: '[auth]\ntoken = "change-me"\n', trust: "[auth]\ntrust_private_network = true\n" };
  for (const [env, config, missing] of [
    [{}, "", [noToken, noTrust]],
    [token, "", [noTrust]],
    [{}, inFile.token, [noTrust]],
    [trust, "", [noToken]],
    [{}, inFile.trust, [noToken]],
    [{ ...token, ...trust }, "", []],
    [token, inFile.trust, []],
    [trust, inFile.token, []],
    [{}, `${inFile.token}trust_private_network = true\n`, []],
  ] as const) {
    const said = await start(env, config);
    expect([env, config, [noToken, noTrust].filter((each) => each.test(said))]).toEqual([env, config, missing]);
    expect(said).toContain(missing.length === 0 ? "listens on 100.64.0.5:7777 (plain, shared token)" : "100.64.0.5:7777 (--listen)");
  }
});

/** Addresses that clients may be told, by whether a request goes there by plain HTTP, and its token with it. */
const targets = {
  sent: ["10.0.0.5", "172.16.0.5", "192.168.0.5", "100.64.0.5", "169.254.0.5", "[fd00::5]", "[::ffff:100.64.0.5]"],
  "sent where that was allowed, without a token": ["203.0.113.5", "[2001:db8::5]", "[::ffff:203.0.113.5]"],
  // Nothing here knows their addresses, so that none of them is reached.
  "looked up where that was allowed, without a token": ["kata.example.com", "localhost"],
  "never sent": ["1681915909", "0x64400005", "100.64.5", "0144.0100.0.5", "100.64.0.5.", "100.64.0.%35", "user@100.64.0.5"],
};

test.each([
  ["without a token", {}],
  ["with a token", token],
  ["without a token, where KATA_ALLOW_INSECURE allows it", { KATA_ALLOW_INSECURE: "1" }],
  ["with a token, whatever KATA_ALLOW_INSECURE says", { ...token, KATA_ALLOW_INSECURE: "1" }],
])("Plain HTTP bearer-token targets must be literal non-public IPs: others are refused before a byte is sent, %s", async (_name, env) => {
  await using client = await networks.user("client");
  using sniffer = await networks.sniff(7777);
  const bearer = "KATA_AUTH_TOKEN" in env;
  const rules = Object.entries(targets).map(([rule, hosts]) => {
    const isSent = rule === "sent" || (rule !== "never sent" && "KATA_ALLOW_INSECURE" in env && !bearer);
    return { hosts, isSent };
  });
  const asked = rules.flatMap(({ hosts, isSent }) =>
    hosts.map(async (host) => {
      const { exit, stderr } = await client.run(["projects", "list"], { env: { KATA_SERVER: `http://${host}:7777`, ...env } });
      // Something answers there, and is no daemon.
      const wanted = isSent ? [7, /^kata: No kata daemon answers at /] : [1, /^kata: KATA_SERVER: .*\nHint: .*\n$/];
      expect([host, exit, stderr]).toEqual([host, wanted[0], expect.stringMatching(wanted[1] as RegExp)]);
    }),
  );
  await Promise.all(asked);
  const seen = await sniffer.stop();
  const reached = rules.flatMap(({ hosts, isSent }) => (isSent ? hosts.filter((host) => !/^[a-z]/.test(host)) : []));
  const hostOf = ({ got }: { got: string }) => /^Host: (.*):7777\r$/im.exec(got)?.[1] ?? "";
  expect(seen.map(hostOf).sort()).toEqual(reached.map((host) => new URL(`http://${host}`).hostname).sort());
  expect(seen.map(({ got }) => got.includes(`Bearer ${TOKEN}`))).toEqual(reached.map(() => bearer));
});
