import { isPrivateHost, kindOfHost } from "../core/address.ts";
import { LocalError } from "../core/error.ts";
import type { Home } from "./home.ts";
import { checkHooks } from "./hooks.ts";
import { readSettings } from "./settings.ts";

type Env = Record<string, string | undefined>;

export type ListenAddress = { kind: "unix"; path: string } | { kind: "tcp"; host: string; port: number };

/** What a daemon runs with. */
export type DaemonConfig = {
  home: Home;
  listen: ListenAddress;
  token: string | undefined;
  insecure_readonly: boolean;
  close_throttle: boolean;
};

/** Flags over environment over config.toml over what is usual. Refuses what would be unsafe, before anything is opened. */
export function daemonConfig(home: Home, env: Env, flags: { listen?: string | undefined; insecure_readonly: boolean }): DaemonConfig {
  const settings = readSettings(home);
  checkHooks(home);
  const configured = settings.listen;
  if (Array.isArray(configured) && configured.length !== 1) {
    throw new LocalError("internal", `${settings.path}: listen: this kata opens one listener; name one address`);
  }
  const text = flags.listen ?? (Array.isArray(configured) ? configured[0] : configured);
  const listen: ListenAddress = text === undefined ? { kind: "unix", path: home.socket } : parseListen(text);
  const token = env["KATA_AUTH_TOKEN"] || settings["auth.token"] || undefined;
  checkExposure(listen, token, flags.insecure_readonly);
  return { home, listen, token, insecure_readonly: flags.insecure_readonly, close_throttle: settings["close.throttle.enabled"] ?? true };
}

/** `ip:port` or `unix:///path`. */
function parseListen(text: string): ListenAddress {
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

function checkExposure(listen: ListenAddress, token: string | undefined, readonly: boolean): void {
  if (listen.kind === "unix" || kindOfHost(listen.host) === "loopback") return;
  if (token !== undefined)
    throw new LocalError(
      "internal",
      `listen: ${listen.host} is beyond this machine, and the token would go there in plain text`,
      "Listen on 127.0.0.1, or on a Unix socket.",
    );
  if (!readonly)
    throw new LocalError(
      "internal",
      `listen: ${listen.host} is beyond this machine, and everybody there could change everything`,
      "Listen on 127.0.0.1, or add --insecure-readonly.",
    );
}

/** An address as it is written in runtime files and shown. */
export function printListen(listen: ListenAddress): string {
  if (listen.kind === "unix") return `unix://${listen.path}`;
  return `${listen.host.includes(":") ? `[${listen.host}]` : listen.host}:${listen.port}`;
}
