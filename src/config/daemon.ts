import type { Hook, HookLimits } from "../core/hook.ts";
import type { Sources } from "./addresses.ts";
import { type BackupConfig, backupConfig } from "./backup.ts";
import { checkExposure } from "./exposure.ts";
import { Faults } from "./faults.ts";
import type { Home } from "./home.ts";
import { readHooks } from "./hooks.ts";
import { allowedHosts } from "./hosts.ts";
import type { Listener } from "./listener.ts";
import { listenersOf } from "./listeners.ts";
import { trustedHeader } from "./proxy.ts";
import type { ListenerRecord, Mode } from "./runtime.ts";
import { whereOf, readSettings } from "./settings.ts";
import { ownTokenIn, secretVariables, tokenOf, withoutOwnTokens } from "./token.ts";

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
  /** Names under which it may be called over TCP, in lower case. */
  allowed_hosts: readonly string[];
  auth: Auth;
  close_throttle: boolean;
  backup: BackupConfig | undefined;
  hooks: readonly Hook[];
  hook_limits: HookLimits;
  /** Variables that hold tokens, which no hook inherits. */
  secret_variables: readonly string[];
};

/**
 * Flags over environment over config.toml over what is usual. Refuses what is wrong or would be unsafe, all of it in one
 * message, before anything is opened or made. `hosted`: somebody runs it in the foreground, where PORT may say its port.
 */
export function daemonConfig(home: Home, env: Env, flags: Sources["flags"], { hosted } = { hosted: false }): DaemonConfig {
  const settings = readSettings(home);
  const { hooks, limits: hook_limits } = readHooks(home);
  const token = tokenOf(withoutOwnTokens(env), home)?.value;
  const faults = new Faults();
  const sources: Sources = { env, settings, flags, socket: home.socket, hosted: hosted && env["KATA_AUTOSTART"] !== "1" };
  const { insecure_readonly } = flags;
  const trust = switchOf(env, "KATA_TRUST_PRIVATE_NETWORK", faults) ?? settings["auth.trust_private_network"] ?? false;
  const listeners = listenersOf(sources, faults);
  const trusted_actor_header = trustedHeader(sources, listeners, faults);
  const allowed_hosts = allowedHosts(settings, faults);
  if (token === undefined && !insecure_readonly) checkNotOwn(env, listeners, faults);
  checkExposure(listeners, { token: token !== undefined, trust, insecure_readonly }, faults);
  const require_token_identity = settings["auth.require_token_identity"] ?? false;
  if (require_token_identity) checkIdentity({ token, insecure_readonly, from: whereOf(settings, "auth.require_token_identity") }, faults);
  const backup = backupConfig(settings, env, faults);
  faults.end();
  return {
    home,
    listeners: listeners.map(({ from: _, ...listener }) => listener),
    allowed_hosts,
    auth: { token, insecure_readonly, require_token_identity, trusted_actor_header },
    close_throttle: settings["close.throttle.enabled"] ?? true,
    backup,
    hooks,
    hook_limits,
    secret_variables: secretVariables(settings),
  };
}

/** What a daemon says of a listener. */
export function recordOf(listener: Listener, auth: Auth): ListenerRecord {
  return { address: listener.name, protocol: listener.tls ? "https" : "plain", mode: modeOf(listener, auth) };
}

function modeOf({ is_proxy }: Listener, auth: Auth): Mode {
  if (is_proxy && auth.trusted_actor_header !== undefined) return "trusted_proxy";
  if (auth.require_token_identity) return "identity";
  if (auth.insecure_readonly) return "read_only";
  return auth.token === undefined ? "open" : "shared_token";
}

/** Whoever starts a daemon for others with a token means that it is asked for, and an actor's own can't be. */
function checkNotOwn(env: Env, listeners: readonly Listener[], faults: Faults): void {
  const name = ownTokenIn(env);
  if (name !== undefined && listeners.some(({ address }) => address.kind === "tcp"))
    faults.value(
      name,
      "the token is an actor's own, and none that a daemon could ask of all",
      "Give the daemon another as token under [auth] in config.toml, or start it without this variable.",
    );
}

type Identity = { token: string | undefined; insecure_readonly: boolean; from: string };

function checkIdentity({ token, insecure_readonly, from }: Identity, faults: Faults): void {
  if (insecure_readonly)
    faults.clash(
      [from, "--insecure-readonly"],
      `${from} wants to know who everybody is, and --insecure-readonly lets strangers read`,
      "Take one of them away.",
    );
  if (token === undefined)
    faults.clash(
      [from],
      `${from} needs the bootstrap token, by which the tokens of users are made`,
      "Set KATA_AUTH_TOKEN, or token under [auth] in config.toml.",
    );
}

/** What a variable switches on or off; undefined where it is unset or empty, which overrides nothing. */
function switchOf(env: Env, name: string, faults: Faults): boolean | undefined {
  const text = env[name];
  if (text === "1" || text === "true") return true;
  if (text === "0" || text === "false") return false;
  if (text) faults.value(name, `must be 1 or true, 0 or false, not ${JSON.stringify(text)}`, "Set it to 1, or unset it.");
  return undefined;
}
