import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { LocalError, outcomeOf } from "../core/error.ts";
import { type DaemonConfig, daemonConfig } from "./daemon.ts";
import { mintPlaintext } from "../core/token.ts";
import { type Home, homeOf } from "./home.ts";
import { parseListen, printListen } from "./listener.ts";

type Fault = { settings: string[]; message: string; hint: string };
type Given = { config?: string; env?: Record<string, string>; listen?: string[]; readonly?: boolean; hosted?: boolean };

let root: string;
let home: Home;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "kata-config-"));
  home = homeOf({ KATA_HOME: root, XDG_RUNTIME_DIR: join(root, "run") });
});
afterAll(() => rmSync(root, { recursive: true }));

function read({ config, env = {}, listen, readonly = false, hosted = false }: Given): DaemonConfig | LocalError {
  writeFileSync(home.config, config ?? "");
  try {
    return daemonConfig(home, env, { listen, insecure_readonly: readonly }, { hosted });
  } catch (error) {
    if (error instanceof LocalError) return error;
    throw error;
  }
}

function accepted(given: Given): DaemonConfig {
  const found = read(given);
  if (found instanceof LocalError) throw found;
  return found;
}

function refused(given: Given): LocalError {
  const found = read(given);
  if (found instanceof LocalError) return found;
  throw new Error(`It was accepted: ${JSON.stringify(given)}`);
}

const faultsOf = (given: Given): Fault[] => {
  const found = read(given);
  return found instanceof LocalError ? (found.data as { faults: Fault[] }).faults : [];
};
const names = ({ listeners }: DaemonConfig) => listeners.map(({ name }) => name);

const TOKEN = { KATA_AUTH_TOKEN: "s3cret-token" };
const TRUST = { KATA_TRUST_PRIVATE_NETWORK: "1" };
const TLS = '[tls]\ncert = "kata.pem"\nkey = "kata.key"\n';

const forms = {
  local: ["unix:///run/kata/kata.sock", "127.0.0.1:7777", "127.9.9.9:7777", "[::1]:7777", "[::ffff:127.0.0.1]:7777"],
  private: [
    "10.0.0.1:7777",
    "172.16.0.1:7777",
    "192.168.1.1:7777",
    "100.64.0.5:7777",
    "169.254.1.1:7777",
    "[fd00::1]:7777",
    "[fe80::1%eth0]:7777",
    "[::ffff:10.0.0.1]:7777",
  ],
  open: [
    "8.8.8.8:7777",
    "172.32.0.1:7777",
    "100.63.255.255:7777",
    "[2001:db8::1]:7777",
    "[::ffff:8.8.8.8]:7777",
    "0.0.0.0:7777",
    "[::]:7777",
    "[::ffff:0.0.0.0]:7777",
  ],
  name: ["localhost:7777", "127.1:7777", "0x7f.1:7777", "2130706433:7777", "010.0.0.1:7777", ":7777", "*:7777", "kata.example:7777"],
} as const;

/** What each mode lacks, on a private address and on one that the open net reaches, in plain HTTP and in HTTPS. */
const modes: [string, Given, { private: [string, string]; open: [string, string] }][] = [
  ["neither token nor trust", {}, { private: ["token trust", "token"], open: ["tls token", "token"] }],
  ["a token", { env: TOKEN }, { private: ["trust", ""], open: ["tls", ""] }],
  ["trust", { env: TRUST }, { private: ["token", "token"], open: ["tls token", "token"] }],
  ["token and trust", { env: { ...TOKEN, ...TRUST } }, { private: ["", ""], open: ["tls", ""] }],
  ["read-only", { readonly: true }, { private: ["", ""], open: ["tls private", "private"] }],
  ["read-only, trust", { readonly: true, env: TRUST }, { private: ["", ""], open: ["tls private", "private"] }],
  ["read-only for strangers, a token", { readonly: true, env: TOKEN }, { private: ["trust", ""], open: ["tls", ""] }],
  ["read-only for strangers, token and trust", { readonly: true, env: { ...TOKEN, ...TRUST } }, { private: ["", ""], open: ["tls", ""] }],
];

const lacks: [string, RegExp][] = [
  ["literal", /must have a literal IP address/],
  ["tls", /where plain HTTP is not safe$/],
  ["private", /everybody who reaches .* could read everything/],
  ["token", /without a token everybody there could change everything$/],
  ["trust", /^plain HTTP to other hosts/],
];

test.each(modes)(
  "Plain HTTP guardrails: `daemonConfig()` takes each form of address, or says what it lacks, with %s",
  (_name, given, expected) => {
    for (const [kind, addresses] of Object.entries(forms)) {
      for (const address of addresses) {
        for (const tls of [false, true]) {
          const wanted = kind === "local" ? "" : kind === "name" ? "literal" : expected[kind as "private" | "open"][tls ? 1 : 0];
          const found = faultsOf({ ...given, config: tls ? TLS : "", listen: [address] });
          const kinds = found.map(({ message }) => lacks.find(([, words]) => words.test(message))?.[0] ?? message);
          expect([address, tls ? "HTTPS" : "plain", kinds.join(" ")]).toEqual([address, tls ? "HTTPS" : "plain", wanted]);
          expect(found.filter(({ hint, settings }) => hint === "" || settings.length === 0)).toEqual([]);
        }
      }
    }
  },
);

test("Mutable non-loopback HTTP requires both: each missing piece is named with the two ways to set it", () => {
  const { message } = refused({ config: 'listen = "100.64.0.5:7777"\n' });
  expect(message).toContain("KATA_AUTH_TOKEN, or token under [auth] in config.toml");
  expect(message).toContain("KATA_TRUST_PRIVATE_NETWORK=1, or trust_private_network = true under [auth] in config.toml");
  const config = 'listen = "100.64.0.5:7777"\n\n[auth]\ntoken = "change-me"\ntrust_private_network = true\n';
  expect(accepted({ config }).auth.token).toBe("change-me");
  expect(names(accepted({ env: { KATA_AUTH_TOKEN: "change-me", KATA_TRUST_PRIVATE_NETWORK: "1" }, listen: ["100.64.0.5:7777"] }))).toEqual([
    "100.64.0.5:7777",
  ]);
});

test("Unix sockets, loopback HTTP, and HTTPS do not require the same private-network trust opt-in", () => {
  const listen = ["unix:///run/kata/kata.sock", "127.0.0.1:7777", "[::1]:7777"];
  expect(names(accepted({ listen, env: TOKEN }))).toEqual(listen);
  expect(names(accepted({ listen: ["100.64.0.5:7777", "8.8.8.8:7777", "0.0.0.0:7778"], config: TLS, env: TOKEN }))).toHaveLength(3);
  expect(read({ listen: ["100.64.0.5:7777"], env: TOKEN })).toBeInstanceOf(LocalError);
});

test("kata daemon start --listen 100.64.0.5:7777 --insecure-readonly: unauthenticated experiments need neither token nor trust", () => {
  const { auth } = accepted({ listen: ["100.64.0.5:7777"], readonly: true });
  expect(auth).toMatchObject({ insecure_readonly: true, token: undefined });
});

test("`daemonConfig()` takes KATA_TRUST_PRIVATE_NETWORK=1 or true, lets an empty one override nothing, and refuses other words", () => {
  const config = (trust: boolean) => `listen = "10.0.0.1:7777"\n[auth]\ntoken = "t"\ntrust_private_network = ${trust}\n`;
  const isTaken = (text: string, trust: boolean) =>
    !(read({ config: config(trust), env: { KATA_TRUST_PRIVATE_NETWORK: text } }) instanceof LocalError);
  expect(["1", "true", "", "0", "false", "yes"].map((text) => [text, isTaken(text, false), isTaken(text, true)])).toEqual([
    ["1", true, true],
    ["true", true, true],
    ["", false, true],
    ["0", false, false],
    ["false", false, false],
    ["yes", false, false],
  ]);
});

test("The CLI flag wins over config, and KATA_LISTEN stands between them", () => {
  const config = 'listen = ["127.0.0.1:1", "unix:///run/a.sock"]\n[[listener]]\naddress = "127.0.0.1:2"\n';
  const env = { KATA_LISTEN: "127.0.0.1:3, unix:///run/b.sock" };
  expect(names(accepted({ config, env, listen: ["127.0.0.1:5", "127.0.0.1:6"] }))).toEqual(["127.0.0.1:5", "127.0.0.1:6"]);
  expect(names(accepted({ config, env }))).toEqual(["127.0.0.1:3", "unix:///run/b.sock"]);
  expect(names(accepted({ config, env: { KATA_LISTEN: "" } }))).toEqual(["127.0.0.1:1", "unix:///run/a.sock", "127.0.0.1:2"]);
  expect(names(accepted({ config: "" }))).toEqual([`unix://${home.socket}`]);
  expect(names(accepted({ config: 'listen = "unix:///run/a.sock"' }))).toEqual(["unix:///run/a.sock"]);
});

test("`daemonConfig()` opens an address once, however often and however it is named", () => {
  expect(names(accepted({ listen: ["[::1]:7777", "[0::1]:7777", "127.0.0.1:7777", "[::ffff:127.0.0.1]:7777"] }))).toEqual([
    "[::1]:7777",
    "127.0.0.1:7777",
  ]);
});

test("PORT says where to listen only in the foreground, where nothing else does: on each address that is not public, never on a wildcard", () => {
  const env = { PORT: "8080", ...TOKEN, ...TRUST };
  const found = names(accepted({ env, hosted: true }));
  expect(found).toContain("127.0.0.1:8080");
  expect(found.filter((name) => /^(?:0\.0\.0\.0|\[::\]):/.test(name) || !name.endsWith(":8080"))).toEqual([]);
  const socket = [`unix://${home.socket}`];
  expect(names(accepted({ env, hosted: false }))).toEqual(socket);
  expect(names(accepted({ env: { ...env, KATA_AUTOSTART: "1" }, hosted: true }))).toEqual(socket);
  expect(names(accepted({ env: { ...env, PORT: "" }, hosted: true }))).toEqual(socket);
  expect(names(accepted({ env, hosted: true, listen: ["127.0.0.1:1"] }))).toEqual(["127.0.0.1:1"]);
  expect(names(accepted({ env: { ...env, KATA_LISTEN: "127.0.0.1:2" }, hosted: true }))).toEqual(["127.0.0.1:2"]);
  expect(names(accepted({ env, hosted: true, config: 'listen = "127.0.0.1:3"' }))).toEqual(["127.0.0.1:3"]);
  for (const PORT of ["0", "65536", "http", "08", "80 "])
    expect(refused({ env: { ...env, PORT }, hosted: true }).message).toStartWith(`PORT: ${JSON.stringify(PORT)} is no port`);
});

test("require_token_identity = true cannot be combined with --insecure-readonly, and needs the bootstrap token: both are told at once", () => {
  const config = "\n[auth]\nrequire_token_identity = true\n";
  const error = refused({ config, readonly: true });
  expect(outcomeOf(error)).toEqual({ kind: "usage", exit: 2 });
  const at = `${home.config}:3: auth.require_token_identity`;
  expect(faultsOf({ config, readonly: true }).map(({ settings }) => settings)).toEqual([[at, "--insecure-readonly"], [at]]);
  expect(error.message.split("\n")).toHaveLength(3);
  expect(accepted({ config, env: TOKEN }).auth).toMatchObject({ require_token_identity: true, token: "s3cret-token" });
});

test("a token of an actor's own is no daemon's: it asks for the one of config.toml, or for none where it is alone on a socket", () => {
  const own = { KATA_AUTH_TOKEN: mintPlaintext((bytes) => crypto.getRandomValues(bytes)) };
  const config = '[auth]\ntoken = "s3cret-token"\nrequire_token_identity = true\n';
  expect(accepted({ config, env: own }).auth.token).toBe("s3cret-token");
  expect(accepted({ env: own }).auth.token).toBeUndefined();
  expect(accepted({ env: own, listen: ["10.0.0.1:1"], readonly: true }).auth.token).toBeUndefined();
  for (const listen of ["127.0.0.1:1", "10.0.0.1:1"])
    expect(faultsOf({ env: { ...own, ...TRUST }, listen: [listen] })[0]).toEqual({
      settings: ["KATA_AUTH_TOKEN"],
      message: "KATA_AUTH_TOKEN: the token is an actor's own, and none that a daemon could ask of all",
      hint: expect.stringContaining("config.toml"),
    });
  expect(accepted({ env: { KATA_AUTH_TOKEN: "kata_bootstrap" }, listen: ["127.0.0.1:1"] }).auth.token).toBe("kata_bootstrap");
});

test("`daemonConfig()` tells all faults in one message, each with who set it and a way out, touches nothing and names no secret", () => {
  const config = [
    'listen = ["localhost:1", "10.0.0.1:2"]',
    'allowed_hosts = ["kata.example:7777", "10.0.0.1"]',
    "[tls]",
    'cert = "kata.pem"',
    "[auth]",
    'token = "s3cret-token"',
    "require_token_identity = true",
    "[auth.proxy]",
    'trusted_actor_header = "Content-Type"',
    'trusted_proxy_listeners = ["0.0.0.0:7777", "unix:///run/other.sock"]',
    "[[listener]]",
    'address = "unix:///run/kata.sock"',
    "tls = true",
  ].join("\n");
  const error = refused({ config, env: { KATA_LISTEN: "", KATA_TRUST_PRIVATE_NETWORK: "maybe" }, readonly: true });
  expect(outcomeOf(error).exit).toBe(2);
  const { faults } = error.data as { faults: Fault[] };
  const settings = faults.map((fault) => fault.settings.map((each) => each.replace(`${home.config}:`, "")).join(" + "));
  expect(settings.sort()).toEqual([
    "10: auth.proxy.trusted_proxy_listeners",
    "10: auth.proxy.trusted_proxy_listeners",
    "13: listener.tls",
    "1: listen",
    "2: allowed_hosts",
    "2: allowed_hosts",
    "4: tls.cert",
    "7: auth.require_token_identity + --insecure-readonly",
    "9: auth.proxy.trusted_actor_header",
    "KATA_TRUST_PRIVATE_NETWORK",
  ]);
  for (const { message, hint } of faults) {
    expect(error.message).toContain(message);
    expect(hint).toMatch(/[.]$/);
    expect(message).not.toMatch(/[.]$/);
  }
  expect(error.message).not.toContain("s3cret");
  expect(readdirSync(root)).toEqual(["config.toml"]);
  expect(existsSync(home.db)).toBe(false);
});

const proxied = (keys: string, listen = '["127.0.0.1:7777", "unix:///run/kata/proxy.sock"]') =>
  `listen = ${listen}\n[auth.proxy]\n${keys}\n`;
const marked = ({ listeners }: DaemonConfig) => listeners.filter(({ is_proxy }) => is_proxy).map(({ name }) => name);
const HEADER = 'trusted_actor_header = "X-Kata-Actor"';

test("Header empty or absent: mode is off, whatever listeners are named", () => {
  for (const header of ["", 'trusted_actor_header = ""']) {
    const found = accepted({ config: proxied(`${header}\ntrusted_proxy_listeners = ["unix:///run/kata/proxy.sock"]`) });
    expect([found.auth.trusted_actor_header, marked(found)]).toEqual([undefined, []]);
  }
});

test("Header set but trusted_proxy_listeners empty: rejected at config load", () => {
  for (const listeners of ["", "trusted_proxy_listeners = []"]) {
    const error = refused({ config: proxied(`${HEADER}\n${listeners}`) });
    expect([outcomeOf(error).exit, error.message]).toEqual([
      2,
      `${home.config}:3: auth.proxy.trusted_actor_header names the header X-Kata-Actor, and no listener on which it counts`,
    ]);
    expect(error.hint).toContain("KATA_TRUSTED_PROXY_LISTENERS");
  }
});

test("Header and at least one listener set: on for those listeners; every other listener passes through unchanged", () => {
  const config = proxied(`${HEADER}\ntrusted_proxy_listeners = ["unix:///run/kata/proxy.sock"]`);
  const found = accepted({ config });
  expect([found.auth.trusted_actor_header, marked(found)]).toEqual(["x-kata-actor", ["unix:///run/kata/proxy.sock"]]);
  const spelled = proxied(
    `${HEADER}\ntrusted_proxy_listeners = ["[0:0::1]:7777", "unix:///run//kata/./proxy.sock"]`,
    '["[::1]:7777", "unix:///run/kata/proxy.sock", "127.0.0.1:1"]',
  );
  expect(marked(accepted({ config: spelled }))).toEqual(["[::1]:7777", "unix:///run/kata/proxy.sock"]);
});

test('An empty or unset env var means "no override": the environment goes over the file where it says something', () => {
  const config = proxied(`${HEADER}\ntrusted_proxy_listeners = ["unix:///run/kata/proxy.sock"]`);
  const off = { KATA_TRUSTED_ACTOR_HEADER: "", KATA_TRUSTED_PROXY_LISTENERS: "" };
  expect(marked(accepted({ config, env: off }))).toEqual(["unix:///run/kata/proxy.sock"]);
  const env = { KATA_TRUSTED_ACTOR_HEADER: "X-User", KATA_TRUSTED_PROXY_LISTENERS: "127.0.0.1:7777, unix:///run/kata/proxy.sock" };
  const found = accepted({ config, env });
  expect([found.auth.trusted_actor_header, marked(found)]).toEqual(["x-user", ["127.0.0.1:7777", "unix:///run/kata/proxy.sock"]]);
  expect(refused({ config: "", env: { KATA_TRUSTED_ACTOR_HEADER: "X-User" } }).message).toStartWith(
    "KATA_TRUSTED_ACTOR_HEADER names the header X-User",
  );
});

test("Listener entries must be literal bind addresses that match the daemon's listen value; wildcard binds are never valid entries", () => {
  const fault = (entry: string, listen = '["0.0.0.0:7777", "127.0.0.1:7777"]') =>
    faultsOf({ config: `${proxied(`${HEADER}\ntrusted_proxy_listeners = ["${entry}"]`, listen)}${TLS}`, env: TOKEN }).map(
      ({ message }) => message,
    );
  const at = `${home.config}:4: auth.proxy.trusted_proxy_listeners: `;
  expect(fault("127.0.0.1:7777")).toEqual([]);
  expect(fault("0.0.0.0:7777")).toEqual([`${at}0.0.0.0:7777 is every address, and a connection arrives on one: it would never match`]);
  expect(fault(":7777")).toEqual([`${at}:7777 must have a literal IP address: an empty host would be every address`]);
  expect(fault("localhost:7777")).toEqual([expect.stringContaining("must have a literal IP address")]);
  expect(fault("iface:lo:7777")).toEqual([expect.stringContaining("iface:lo:7777 must be ip:port")]);
  for (const other of ["127.0.0.1:7778", "10.0.0.1:7777", "unix:///run/kata/proxy.sock"])
    expect(fault(other)).toEqual([`${at}${other} is no address that the daemon listens on: 0.0.0.0:7777, 127.0.0.1:7777`]);
  // A flag that replaces what the file listens on leaves the entry without its listener.
  const config = proxied(`${HEADER}\ntrusted_proxy_listeners = ["unix:///run/kata/proxy.sock"]`);
  expect(outcomeOf(refused({ config, listen: ["127.0.0.1:1"] })).exit).toBe(2);
});

test("`daemonConfig()` takes no header that can't be one, or that HTTP or kata itself reads", () => {
  const fault = (header: string) =>
    faultsOf({
      config: proxied(`trusted_actor_header = ${JSON.stringify(header)}\ntrusted_proxy_listeners = ["unix:///run/kata/proxy.sock"]`),
    });
  expect(["X-Kata-Actor", "x_forwarded_user", "Remote-User"].flatMap(fault)).toEqual([]);
  for (const bad of ["X Kata", "X-Kata:", "é", "a\nb", " X-Kata-Actor"])
    expect(fault(bad)[0]?.message).toContain("can't be the name of a header");
  for (const taken of ["Authorization", "HOST", "content-type", "Content-Encoding", "Proxy-Authorization", "If-Match", "X-Kata-Confirm"])
    expect(fault(taken)[0]?.message).toContain("has another meaning");
});

test("`[tls]` makes every TCP listener HTTPS, and `[[listener]]` says where they differ", () => {
  const tlsOf = (config: string, given: Given = {}) =>
    accepted({ ...given, config, env: TOKEN }).listeners.map(({ name, tls }) =>
      `${name} ${tls ? `${tls.cert} ${tls.key}` : "plain"}`.replaceAll(`${root}/`, ""),
    );
  const config = `listen = ["127.0.0.1:1", "unix:///run/a.sock"]\n${TLS}[[listener]]\naddress = "127.0.0.1:2"\ntls = false\n`;
  expect(tlsOf(config)).toEqual(["127.0.0.1:1 kata.pem kata.key", "unix:///run/a.sock plain", "127.0.0.1:2 plain"]);
  const own =
    '[[listener]]\naddress = "[0::1]:3"\ncert = "/etc/own.pem"\nkey = "own.key"\n[[listener]]\naddress = "127.0.0.1:4"\ntls = true\n';
  expect(tlsOf(own + TLS)).toEqual(["[::1]:3 /etc/own.pem own.key", "127.0.0.1:4 kata.pem kata.key"]);
  // What a file says of an address holds for a flag that names it too.
  expect(tlsOf(config, { listen: ["127.0.0.1:2", "127.0.0.1:9"] })).toEqual(["127.0.0.1:2 plain", "127.0.0.1:9 kata.pem kata.key"]);
});

test("`[[listener]]` says who may connect to a Unix socket: never everybody where a proxy says who acts", () => {
  const socket = "unix:///run/kata/proxy.sock";
  const said = (more: string, address = socket) => `[[listener]]\naddress = "${address}"\n${more}\n`;
  const accessOf = (more: string) => accepted({ config: said(more) }).listeners[0]?.access;
  expect(accessOf("")).toBeUndefined();
  expect(accessOf('mode = "0660"')).toEqual({ mode: 0o660 });
  expect(accessOf('mode = "666"')).toEqual({ mode: 0o666 });
  expect(accessOf('group = "daemon"')).toEqual({ mode: 0o660, group: { id: 1, name: "daemon" } });
  expect(accessOf('group = "33"\nmode = "0620"')).toEqual({ mode: 0o620, group: { id: 33, name: "33" } });
  const fault = (config: string) => {
    const { exit } = outcomeOf(refused({ config }));
    return [exit, ...faultsOf({ config }).map(({ message }) => message.replaceAll(`${home.config}:`, ""))];
  };
  for (const mode of ["0060", "0770", "0661", "rw", "", "1660", "06600"])
    expect(fault(said(`mode = "${mode}"`))).toEqual([1, `3: listener.mode: ${JSON.stringify(mode)} is no mode of a socket`]);
  expect(fault(said('group = "no such group"'))).toEqual([1, '3: listener.group: there is no group "no such group" on this machine']);
  expect(fault(said('group = "daemon"\nmode = "0600"'))[0]).toBe(2);
  expect(fault(said('mode = "0660"', "127.0.0.1:7777"))).toEqual([
    2,
    "3: listener.mode is for 127.0.0.1:7777, and only Unix sockets have one",
  ]);
  const trusted = `[auth.proxy]\n${HEADER}\ntrusted_proxy_listeners = ["${socket}"]\n`;
  expect(marked(accepted({ config: said('mode = "0660"') + trusted }))).toEqual([socket]);
  for (const mode of ["0666", "0662"])
    expect(fault(said(`mode = "${mode}"`) + trusted)).toEqual([
      1,
      expect.stringContaining(`everybody on this host may connect to ${socket}`),
    ]);
});

test("`daemonConfig()` refuses a `[[listener]]` or `[tls]` that contradicts itself", () => {
  const fault = (config: string) => {
    const error = refused({ config });
    return [outcomeOf(error).exit, error.message.replaceAll(`${home.config}:`, "")];
  };
  const one = '[[listener]]\naddress = "127.0.0.1:1"\n';
  expect(fault('[tls]\ncert = "a"')).toEqual([2, "2: tls.cert is there without its key"]);
  expect(fault('[tls]\nkey = "a"')).toEqual([2, "2: tls.key is there without its cert"]);
  expect(fault(`${one}tls = true`)).toEqual([2, "3: listener.tls is true, and there is no certificate"]);
  expect(fault(`${one}tls = false\ncert = "a"\nkey = "b"`)).toEqual([2, "3: listener.tls is false, and 4: listener.cert is there"]);
  expect(fault('[[listener]]\naddress = "unix:///a"\ncert = "a"\nkey = "b"')).toEqual([
    2,
    "3: listener.cert is for unix:///a, and Unix sockets have no TLS",
  ]);
  expect(fault(`${one}group = "kata"`)).toEqual([2, "3: listener.group is for 127.0.0.1:1, and only Unix sockets have one"]);
  expect(fault(`${one}${one}`)).toEqual([1, "4: listener.address: describes 127.0.0.1:1 a second time"]);
  expect(fault("[[listener]]\ntls = true\n")).toEqual([1, "1: listener.address: is missing"]);
  expect(fault("listen = []")).toEqual([1, "1: listen: names no address"]);
  expect(refused({ env: { KATA_LISTEN: "127.0.0.1:1,," } }).message).toStartWith("KATA_LISTEN: an empty text must be");
});

test("allowed_hosts takes names alone, in any case", () => {
  const hosts = (list: string[]) => read({ config: `allowed_hosts = ${JSON.stringify(list)}` });
  expect(accepted({ config: 'allowed_hosts = ["Kata.Example.", "intranet"]' }).allowed_hosts).toEqual(["kata.example", "intranet"]);
  for (const bad of ["*", "*.example", "kata.example:7777", "http://kata.example", "käta.example", "", "a..b", "10.0.0.1", "[::1]", "-a"])
    expect([bad, hosts([bad]) instanceof LocalError]).toEqual([bad, true]);
});

test("a file that has unknown keys is told at once, alone, and is exit 1", () => {
  const error = refused({ config: 'listen = "localhost:1"\n[auth]\ntrust_privat_network = true\n' });
  expect(outcomeOf(error).exit).toBe(1);
  expect([error.message, error.hint]).toEqual([
    `${home.config}:3: unknown key auth.trust_privat_network`,
    "Did you mean auth.trust_private_network?",
  ]);
});

test("`daemonConfig()` is the one reading of its sources: it takes them or tells who is wrong, whatever they say", () => {
  const address = fc.constantFrom(...Object.values(forms).flat(), "127.0.0.1:0", "iface:lo:7777", "iface:none:7777", "junk");
  const listen = fc.option(fc.array(address, { minLength: 1, maxLength: 3 }), { nil: undefined });
  const setting = fc.record({
    listen,
    env: fc.option(fc.array(address, { minLength: 1, maxLength: 3 }), { nil: undefined }),
    file: fc.option(fc.array(address, { maxLength: 3 }), { nil: undefined }),
    token: fc.boolean(),
    trust: fc.boolean(),
    readonly: fc.boolean(),
    tls: fc.boolean(),
    identity: fc.boolean(),
    header: fc.constantFrom(undefined, "", "X-Kata-Actor", "host"),
    proxies: fc.option(fc.array(address, { maxLength: 2 }), { nil: undefined }),
  });
  fc.assert(
    fc.property(setting, (s) => {
      const config = [
        ...(s.file ? [`listen = ${JSON.stringify(s.file)}`] : []),
        ...(s.tls ? [TLS] : []),
        `[auth]\nrequire_token_identity = ${s.identity}`,
        "[auth.proxy]",
        ...(s.header === undefined ? [] : [`trusted_actor_header = ${JSON.stringify(s.header)}`]),
        ...(s.proxies ? [`trusted_proxy_listeners = ${JSON.stringify(s.proxies)}`] : []),
      ].join("\n");
      const env = { ...(s.token && TOKEN), ...(s.trust && TRUST), ...(s.env && { KATA_LISTEN: s.env.join(",") }) };
      const found = read({ config, env, readonly: s.readonly, ...(s.listen && { listen: s.listen }) });
      if (found instanceof LocalError) {
        const { faults } = found.data as { faults: Fault[] };
        expect(faults.length).toBeGreaterThan(0);
        expect(new Set(faults.map(({ message }) => message)).size).toBe(faults.length);
        expect(found.message).not.toContain("s3cret");
        return;
      }
      const { listeners, auth } = found;
      expect(new Set(listeners.map(({ name }) => name)).size).toBe(listeners.length);
      for (const { address: each, tls, is_proxy, name } of listeners) {
        if (each.kind === "unix") expect(tls).toBeUndefined();
        else expect(tls !== undefined).toBe(s.tls);
        const isMarked = s.header === "X-Kata-Actor" && (s.proxies ?? []).some((text) => printListen(parseListen(text)) === name);
        expect([name, is_proxy]).toEqual([name, isMarked]);
      }
      expect(auth.trusted_actor_header).toBe(s.header === "X-Kata-Actor" ? "x-kata-actor" : undefined);
      expect(auth.require_token_identity && auth.insecure_readonly).toBe(false);
    }),
    { numRuns: 300 },
  );
});
