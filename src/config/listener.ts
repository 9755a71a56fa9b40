import { isPrivateHost, kindOfHost } from "../core/address.ts";
import { LocalError } from "../core/error.ts";

export type ListenAddress = { kind: "unix"; path: string } | { kind: "tcp"; host: string; port: number };

/** PEM files of a listener that speaks HTTPS. */
export type TlsFiles = { cert: string; key: string };

/** One place where a daemon takes requests, and what is known of those who reach it. */
export type Listener = {
  address: ListenAddress;
  /** The address as it is written and shown. */
  name: string;
  tls: TlsFiles | undefined;
  /** Only a trusted proxy reaches it: the header that names the actor counts here, and token administration does not. */
  is_proxy: boolean;
};

export function listenerAt(address: ListenAddress): Listener {
  return { address, name: printListen(address), tls: undefined, is_proxy: false };
}

/** Whether only this machine's own programs reach it. */
export function isLocal({ address }: Listener): boolean {
  return address.kind === "unix" || kindOfHost(address.host) === "loopback";
}

/** `ip:port` or `unix:///path`. */
export function parseListen(text: string): ListenAddress {
  if (text.startsWith("unix://")) {
    const path = text.slice("unix://".length);
    if (path.startsWith("/")) return { kind: "unix", path };
    throw refused(`${text} must name an absolute path, as in unix:///run/kata.sock`);
  }
  const [, six, four = "", portText] = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(text) ?? [];
  const host = six ?? four;
  const port = Number(portText ?? Number.NaN);
  if (!(port <= 65_535)) throw refused(`${text} must be ip:port or unix:///path`);
  const kind = kindOfHost(host);
  if (kind === "name") throw refused(`${text} must have a literal IP address`, "For this machine alone, listen on 127.0.0.1.");
  if (isPrivateHost(host)) return { kind: "tcp", host, port };
  const what = kind === "public" ? "a public address" : "every address";
  throw refused(`${text} is ${what}, where plain HTTP is not safe`, "Listen on a private address of this host.");
}

function refused(why: string, hint?: string): LocalError {
  return new LocalError("internal", `listen: ${why}`, hint);
}

/** An address as it is written in runtime files and shown. */
export function printListen(listen: ListenAddress): string {
  if (listen.kind === "unix") return `unix://${listen.path}`;
  return `${listen.host.includes(":") ? `[${listen.host}]` : listen.host}:${listen.port}`;
}
