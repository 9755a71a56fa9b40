import { normalize } from "node:path";
import { canonicalHost, kindOfHost, zoneOf } from "../core/address.ts";
import { LocalError } from "../core/error.ts";

export type ListenAddress = { kind: "unix"; path: string } | { kind: "tcp"; host: string; port: number };

/** PEM files of a listener that speaks HTTPS. */
export type TlsFiles = { cert: string; key: string };

/** One place where a daemon takes requests, and what is known of those who reach it. */
export type Listener = {
  /** A port of 0 gets its number when the listener is opened. */
  address: ListenAddress;
  /** The address as it is written and shown. */
  name: string;
  tls: TlsFiles | undefined;
  /** Only a trusted proxy reaches it: the header that names the actor counts here, and token administration does not. */
  is_proxy: boolean;
  /** The group whose members may use a Unix socket, beside its user. */
  group?: string;
};

/** Bytes that the path of a Unix socket may have. */
const LONGEST_PATH = process.platform === "darwin" ? 103 : 107;

/** A listener of plain HTTP that anybody may reach. */
export function listenerAt(address: ListenAddress): Listener {
  return { address, name: printListen(address), tls: undefined, is_proxy: false };
}

/** Whether only this machine's own programs reach it. */
export function isLocal({ address }: Pick<Listener, "address">): boolean {
  return address.kind === "unix" || kindOfHost(address.host) === "loopback";
}

/**
 * `ip:port` or `unix:///path`, and nothing that would have to be looked up or guessed at. Spellings of one address give the
 * same result. Whether it may be listened on is another question.
 */
export function parseListen(text: string): ListenAddress {
  if (text.startsWith("unix:")) return parseUnix(text);
  const [, host, port] = /^(\[[^\]]*\]|[^:]*):(0|[1-9]\d{0,4})$/.exec(text) ?? [];
  if (host === undefined || Number(port) > 65_535) throw notAnAddress(text);
  return { kind: "tcp", host: literal(text, host), port: Number(port) };
}

/** An address as it is written in runtime files and shown. */
export function printListen(listen: ListenAddress): string {
  return listen.kind === "unix" ? `unix://${listen.path}` : printTcp(listen.host, listen.port);
}

export function printTcp(host: string, port: number): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function parseUnix(text: string): ListenAddress {
  const path = text.slice("unix://".length);
  if (!text.startsWith("unix:///") || path.endsWith("/") || /\p{Cc}/u.test(path))
    throw refused(`${text} must name an absolute path`, "For example unix:///run/kata/kata.sock.");
  const whole = normalize(path);
  if (Buffer.byteLength(whole) > LONGEST_PATH)
    throw refused(`${text} is too long for a socket, which may have ${LONGEST_PATH} bytes`, "Choose a shorter path.");
  return { kind: "unix", path: whole };
}

function literal(text: string, written: string): string {
  const bare = written.startsWith("[") ? written.slice(1, -1) : written;
  const host = written.startsWith("[") === bare.includes(":") ? canonicalHost(bare) : undefined;
  if (host === undefined) throw notLiteral(text, written);
  const needsZone = host.includes(":") && kindOfHost(host) === "link-local";
  if (needsZone && zoneOf(bare) === "")
    throw refused(`${text} must say on which interface it stands`, `Name it, as in [${host}%eth0]:7777.`);
  if (!needsZone && zoneOf(bare) !== "")
    throw refused(`${text} has the zone ${zoneOf(bare)}, which only link-local IPv6 addresses have`, "Leave it out.");
  return host;
}

function notLiteral(text: string, host: string): LocalError {
  if (host === "" || host === "*")
    return refused(`${text} must have a literal IP address: ${host === "" ? "an empty host" : "*"} would be every address`, USUAL);
  return refused(`${text} must have a literal IP address, written in full; ${host} is none`, USUAL);
}

const USUAL =
  "For this machine alone, listen on 127.0.0.1; for others, on a private address of this host, or on iface:NAME:PORT for that of an interface.";

function notAnAddress(text: string): LocalError {
  if (text.includes("://")) return refused(`${text} is an address for clients`, "Leave out what stands before the IP address.");
  if (canonicalHost(text)?.includes(":")) return refused(`${text} has no port`, `An IPv6 address stands in brackets: [${text}]:7777.`);
  if (canonicalHost(text)) return refused(`${text} has no port`, `For example ${text}:7777.`);
  return refused(`${text === "" ? "an empty text" : text} must be ip:port or unix:///path`, "For example 127.0.0.1:7777.");
}

function refused(why: string, hint: string): LocalError {
  return new LocalError("internal", why, hint);
}
