import { kindOfHost } from "../core/address.ts";
import { listOf, type Sources } from "./addresses.ts";
import type { Faults, Setting } from "./faults.ts";
import { parseListen, printListen } from "./listener.ts";
import type { AskedListener } from "./listeners.ts";
import { whereOf } from "./settings.ts";

/** What HTTP or kata itself reads: none of these can name the actor. Also whatever begins with `proxy-`, `sec-` or `content-`. */
const TAKEN = new Set(
  (
    "accept accept-encoding accept-language authorization cache-control connection cookie date expect host idempotency-key if-match " +
    "if-none-match keep-alive last-event-id origin range referer te trailer transfer-encoding upgrade user-agent via " +
    "x-kata-client-tz x-kata-confirm x-kata-project-alias x-kata-project-alias-kind"
  ).split(" "),
);

/** Whether kata or HTTP itself reads a header of this name. */
export function isTaken(name: string): boolean {
  return TAKEN.has(name) || /^(?:proxy|sec|content)-/.test(name);
}

/**
 * The header that says who makes a change, in lower case; undefined while the mode is off. The listeners on which it counts
 * are marked (remote-daemon.md, trusted-proxy actor header).
 */
export function trustedHeader({ env, settings }: Sources, listeners: readonly AskedListener[], faults: Faults): string | undefined {
  const name = "auth.proxy.trusted_actor_header";
  const given: Setting<string> = env["KATA_TRUSTED_ACTOR_HEADER"]
    ? { value: env["KATA_TRUSTED_ACTOR_HEADER"], from: "KATA_TRUSTED_ACTOR_HEADER" }
    : { value: settings[name] ?? "", from: whereOf(settings, name) };
  if (given.value === "") return undefined;
  checkName(given, faults);
  const inFile = [settings["auth.proxy.trusted_proxy_listeners"] ?? []].flat();
  const from = whereOf(settings, "auth.proxy.trusted_proxy_listeners");
  const entries = listOf(env, "KATA_TRUSTED_PROXY_LISTENERS") ?? inFile.map((value) => ({ value, from }));
  if (entries.length === 0)
    faults.clash(
      [given.from],
      `${given.from} names the header ${given.value}, and no listener on which it counts`,
      "Set KATA_TRUSTED_PROXY_LISTENERS, or trusted_proxy_listeners under [auth.proxy] in config.toml.",
    );
  for (const entry of entries) mark(entry, listeners, faults);
  return given.value.toLowerCase();
}

function checkName({ value, from }: Setting<string>, faults: Faults): void {
  if (!/^[!#$%&'*+.^`|~\w-]+$/.test(value))
    faults.value(from, `${JSON.stringify(value)} can't be the name of a header`, "For example X-Kata-Actor.");
  else if (isTaken(value.toLowerCase()))
    faults.value(from, `the header ${value} has another meaning, and can't name the actor`, "Choose one of its own, such as X-Kata-Actor.");
}

function mark({ value, from }: Setting<string>, listeners: readonly AskedListener[], faults: Faults): void {
  const address = faults.try(from, () => parseListen(value));
  if (!address) return;
  if (address.kind === "tcp" && kindOfHost(address.host) === "unspecified") {
    const hint = "Name the one address that only the proxy reaches, or better a Unix socket.";
    return faults.value(from, `${value} is every address, and a connection arrives on one: it would never match`, hint);
  }
  const name = printListen(address);
  const found = listeners.find((listener) => listener.name === name);
  if (found) {
    found.is_proxy = true;
    if ((found.access?.mode ?? 0) & 0o006)
      faults.unsafe(
        [from, found.from],
        `everybody on this host may connect to ${found.name} (${found.from}), and say there who they are`,
        'Let only the proxy in: mode = "0660", with its group.',
      );
    return;
  }
  const all = listeners.map((listener) => listener.name).join(", ");
  faults.clash([from], `${from}: ${value} is no address that the daemon listens on: ${all}`, "Listen on it too, or correct it.");
}
