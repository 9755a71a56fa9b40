import { readFileSync } from "node:fs";
import { BlockList, isIP } from "node:net";
import { checkPeople, type People } from "./people.ts";
import type { Place } from "./kata.ts";

export type Settings = {
  /** Where browsers find this application. What is in it decides over cookies, and over the way back from the provider. */
  url: URL;
  listen: { hostname: string; port: number };
  /** The kata project that is shown. */
  project: string;
  /** How long a session lives. */
  session_s: number;
  people: People;
  kata: Place & { bootstrap: string };
  provider: { issuer: URL; client_id: string; client_secret: string };
};

type Env = Record<string, string | undefined>;

const LONGEST_SESSION_S = 7 * 86_400;

/** What of the network plain http may cross with a secret, as kata itself has it: loopback, private, CGNAT, link-local, ULA. */
const priv = new BlockList();
for (const [net, bits] of [
  ["127.0.0.0", 8],
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["100.64.0.0", 10],
  ["169.254.0.0", 16],
] as const)
  priv.addSubnet(net, bits, "ipv4");
for (const [net, bits] of [
  ["::1", 128],
  ["fc00::", 7],
  ["fe80::", 10],
] as const)
  priv.addSubnet(net, bits, "ipv6");

/** Reads the settings from the environment, and throws one error that names all that is wrong with them. */
export function readSettings(env: Env): Settings {
  const faults: string[] = [];
  const read = <T>(name: string, parse: (text: string) => T, fallback?: string): T | undefined => {
    const text = env[name] || fallback;
    try {
      if (text === undefined) throw new Error("is not set");
      return parse(text);
    } catch (error) {
      faults.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  };
  /** A secret comes from a file, or, where no NAME_FILE is set, from the environment itself. */
  const secret = (name: string) =>
    env[`${name}_FILE`] ? read(`${name}_FILE`, (path) => readFileSync(path, "utf8").trim()) : read(name, (text) => text);

  const settings = {
    url: read("WEB_URL", publicUrl),
    listen: read("WEB_LISTEN", listenAt, "127.0.0.1:8080"),
    project: read("WEB_PROJECT", (text) => text),
    session_s: read("WEB_SESSION_SECONDS", seconds, "28800"),
    people: read("WEB_PEOPLE", (path) => checkPeople(JSON.parse(readFileSync(path, "utf8")))),
    server: read("KATA_SERVER", daemonAt),
    bootstrap: secret("KATA_AUTH_TOKEN"),
    issuer: read("OIDC_ISSUER", issuerAt),
    client_id: read("OIDC_CLIENT_ID", (text) => text),
    client_secret: secret("OIDC_CLIENT_SECRET"),
  };
  if (faults.length > 0) throw new Error(faults.join("\n"));
  const { server, bootstrap, issuer, client_id, client_secret, ...rest } = settings as {
    [K in keyof typeof settings]-?: NonNullable<(typeof settings)[K]>;
  };
  return { ...rest, kata: { ...server, bootstrap }, provider: { issuer, client_id, client_secret } };
}

function publicUrl(text: string): URL {
  const url = new URL(text);
  if (url.protocol !== "https:" && !isLoopback(url))
    throw new Error(`is ${text}; only a loopback address may be without https, since cookies cross it`);
  if (url.pathname !== "/" || url.search !== "") throw new Error(`is ${text}; it must be an origin, without a path`);
  return url;
}

function issuerAt(text: string): URL {
  const url = new URL(text);
  if (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url))) return url;
  throw new Error(`is ${text}; an issuer has https, except on loopback`);
}

function listenAt(text: string): Settings["listen"] {
  const [, host = "", port = ""] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  if (host === "" || Number(port) > 65_535) throw new Error(`is ${text}; it must be an address and a port, such as 127.0.0.1:8080`);
  return { hostname: host.replace(/^\[(.*)\]$/, "$1"), port: Number(port) };
}

function seconds(text: string): number {
  if (/^\d{1,6}$/.test(text) && Number(text) >= 1 && Number(text) <= LONGEST_SESSION_S) return Number(text);
  throw new Error(`is ${text}; it must be a whole number of seconds, from 1 to ${LONGEST_SESSION_S} (a week)`);
}

/** The daemon's address: the tokens of this application go there, so plain http is for literal private addresses. */
function daemonAt(text: string): Place {
  if (text.startsWith("unix:///")) return { name: text, base: "http://kata.invalid", unix: text.slice("unix://".length) };
  const url = new URL(text);
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const family = isIP(host);
  const isPrivate = family !== 0 && priv.check(host, family === 4 ? "ipv4" : "ipv6");
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isPrivate))
    throw new Error(`is ${text}; it must be https, http to a literal private address, or unix:///path`);
  if (url.username !== "" || url.search !== "") throw new Error("must have no user, password or query");
  return { name: url.origin, base: url.href.replace(/\/$/, "") };
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === "localhost" || hostname === "[::1]" || (isIP(hostname) === 4 && hostname.startsWith("127."));
}
