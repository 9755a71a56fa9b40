import { LocalError } from "../core/error.ts";
import type { Home } from "./home.ts";
import { checkHooks } from "./hooks.ts";
import { isLocal, type ListenAddress, type Listener, listenerAt, parseListen, printListen } from "./listener.ts";
import { readSettings, type Settings } from "./settings.ts";

type Env = Record<string, string | undefined>;

/** How a daemon knows its callers (remote-daemon.md). */
export type Auth = {
  /** The shared token, which is the bootstrap token in identity mode. */
  token: string | undefined;
  insecure_readonly: boolean;
  /** Changes want a token of their own, whose actor they are credited to. */
  require_token_identity: boolean;
  /** The header that says who makes a change, on listeners that only a trusted proxy reaches; in lower case. */
  trusted_actor_header: string | undefined;
};

/** What a daemon runs with. */
export type DaemonConfig = {
  home: Home;
  /** One at least; the first is the address that the daemon is known by. */
  listeners: readonly Listener[];
  auth: Auth;
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
  const address: ListenAddress = text === undefined ? { kind: "unix", path: home.socket } : parseListen(text);
  const token = env["KATA_AUTH_TOKEN"] || settings["auth.token"] || undefined;
  const trusted = [settings["auth.proxy.trusted_proxy_listeners"] ?? []].flat();
  const listener = { ...listenerAt(address), is_proxy: trusted.includes(printListen(address)) };
  checkExposure(listener, token, flags.insecure_readonly);
  return {
    home,
    listeners: [listener],
    auth: { token, insecure_readonly: flags.insecure_readonly, ...identityOf(settings) },
    close_throttle: settings["close.throttle.enabled"] ?? true,
  };
}

function identityOf(settings: Settings): Pick<Auth, "require_token_identity" | "trusted_actor_header"> {
  return {
    require_token_identity: settings["auth.require_token_identity"] ?? false,
    trusted_actor_header: settings["auth.proxy.trusted_actor_header"]?.toLowerCase() || undefined,
  };
}

function checkExposure(listener: Listener, token: string | undefined, readonly: boolean): void {
  if (isLocal(listener)) return;
  if (token !== undefined)
    throw new LocalError(
      "internal",
      `listen: ${listener.name} is beyond this machine, and the token would go there in plain text`,
      "Listen on 127.0.0.1, or on a Unix socket.",
    );
  if (!readonly)
    throw new LocalError(
      "internal",
      `listen: ${listener.name} is beyond this machine, and everybody there could change everything`,
      "Listen on 127.0.0.1, or add --insecure-readonly.",
    );
}
