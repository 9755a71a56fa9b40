import { LocalError } from "../core/error.ts";
import { type Faults, type Setting } from "./faults.ts";
import { privateAddresses, privateAddressOf } from "./interfaces.ts";
import { type ListenAddress, parseListen, printListen, printTcp } from "./listener.ts";
import { whereOf, type Settings } from "./settings.ts";

type Env = Record<string, string | undefined>;

/** Where a daemon's settings come from. */
export type Sources = {
  env: Env;
  settings: Settings;
  flags: { listen?: readonly string[] | undefined; insecure_readonly: boolean };
  /** The private socket, where nothing else is said. */
  socket: string;
  /** Whether PORT may say where to listen: only to a daemon that somebody runs in the foreground. */
  hosted: boolean;
};

/** Where a daemon is to listen: flags over environment over config.toml over PORT over the private socket. Each once. */
export function addressesOf(sources: Sources, faults: Faults): Setting<ListenAddress>[] {
  const asked = askedFor(sources, faults);
  const found = asked
    ? asked.flatMap(({ value, from }) => faults.try(from, () => ({ value: addressAt(value), from })) ?? [])
    : (hostedAddresses(sources, faults) ?? [{ value: { kind: "unix", path: sources.socket }, from: "the private socket" }]);
  const names = found.map(({ value }) => printListen(value));
  return found.filter((_, i) => names.indexOf(names[i] ?? "") === i);
}

/** An address as it may be written in settings: `iface:NAME:PORT` beside what a listener is called by. */
export function addressAt(text: string): ListenAddress {
  if (!text.startsWith("iface:")) return parseListen(text);
  const [, name, port] = /^iface:(.+):(\d+)$/.exec(text) ?? [];
  if (name === undefined) throw new LocalError("internal", `${text} must be iface:NAME:PORT`, "For example iface:tailscale0:7777.");
  return parseListen(printTcp(privateAddressOf(name), Number(port)));
}

/** The parts of a list in a variable of the environment; undefined where it is unset or empty, which overrides nothing. */
export function listOf(env: Env, name: string): Setting<string>[] | undefined {
  return env[name] ? env[name].split(",").map((part) => ({ value: part.trim(), from: name })) : undefined;
}

function askedFor({ env, settings, flags }: Sources, faults: Faults): Setting<string>[] | undefined {
  if (flags.listen !== undefined) return flags.listen.map((value) => ({ value, from: "--listen" }));
  const { listen, listener = [] } = settings;
  const named = [listen ?? []].flat().map((value) => ({ value, from: whereOf(settings, "listen") }));
  if (listen !== undefined && named.length === 0)
    faults.value(whereOf(settings, "listen"), "names no address", "Leave the key out for the private socket.");
  const described = listener.flatMap(({ address: value }, nth) =>
    value === undefined ? [] : [{ value, from: whereOf(settings, "listener.address", nth) }],
  );
  return listOf(env, "KATA_LISTEN") ?? (listen === undefined && described.length === 0 ? undefined : [...named, ...described]);
}

function hostedAddresses({ env, hosted }: Sources, faults: Faults): Setting<ListenAddress>[] | undefined {
  const text = env["PORT"];
  if (!hosted || !text) return undefined;
  const port = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return privateAddresses().map((host) => ({ value: { kind: "tcp", host, port }, from: "PORT" }));
  faults.value("PORT", `${JSON.stringify(text)} is no port`, "A port is a number from 1 to 65535.");
  return [];
}
