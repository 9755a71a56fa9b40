import { addressAt, addressesOf, type Sources } from "./addresses.ts";
import type { Faults } from "./faults.ts";
import { type ListenAddress, type Listener, listenerAt, printListen, type TlsFiles } from "./listener.ts";
import { whereOf, type Settings } from "./settings.ts";
import { pathIn } from "./token.ts";

/** A listener, and who asked for it. */
export type AskedListener = Listener & { from: string };

/** The listeners that a daemon is to open: each address with its certificate, where it has one. */
export function listenersOf(sources: Sources, faults: Faults): AskedListener[] {
  const { settings } = sources;
  const pairOf = pairsIn(sources, faults);
  const common = pairOf({ cert: settings["tls.cert"], key: settings["tls.key"] }, (name) => whereOf(settings, `tls.${name}`));
  const own = new Map<string, Own>();
  settings.listener?.forEach((table, nth) => {
    const at = (name: string) => whereOf(settings, `listener.${name}`, nth);
    const address = addressOf(table, at, faults);
    if (!address) return;
    const name = printListen(address);
    if (own.has(name)) faults.value(at("address"), `describes ${name} a second time`, "Keep one [[listener]] for each address.");
    const described = { ...table, at, address };
    own.set(name, { tls: tlsOf(described, common, pairOf(table, at), faults), ...groupOf(described, faults) });
  });
  return addressesOf(sources, faults).map(({ value: address, from }) => {
    const usual: Own = { tls: address.kind === "tcp" ? common : undefined };
    const listener = listenerAt(address);
    return { ...listener, ...(own.get(listener.name) ?? usual), from };
  });
}

type Own = Pick<Listener, "tls" | "group">;

type At = (name: string) => string;
type Table = NonNullable<Settings["listener"]>[number];
type Pair = { cert?: string | undefined; key?: string | undefined };

function addressOf({ address }: Table, at: At, faults: Faults): ListenAddress | undefined {
  if (address !== undefined) return faults.try(at("address"), () => addressAt(address));
  faults.value(at("address"), "is missing", "A [[listener]] says how one address is served.");
  return undefined;
}

type Described = Omit<Table, "address"> & { at: At; address: ListenAddress };

/** What a `[[listener]]` says of TLS: its own files, those of [tls], or undefined for plain HTTP. */
function tlsOf(table: Described, common: TlsFiles | undefined, own: TlsFiles | undefined, faults: Faults): TlsFiles | undefined {
  const { tls, at, address } = table;
  const [first] = (["cert", "key"] as const).filter((name) => table[name] !== undefined).map(at);
  if (tls === false && first !== undefined)
    faults.clash([at("tls"), first], `${at("tls")} is false, and ${first} is there`, "Take one of them away.");
  if (address.kind === "unix") {
    const given = first ?? (tls === true ? at("tls") : undefined);
    if (given !== undefined)
      faults.clash([given], `${given} is for ${printListen(address)}, and Unix sockets have no TLS`, "Take it away: nobody else hears it.");
    return undefined;
  }
  if (tls === true && !own && !common)
    faults.clash(
      [at("tls")],
      `${at("tls")} is true, and there is no certificate`,
      "Name its files: cert and key in the [[listener]], or under [tls].",
    );
  return tls === false ? undefined : (own ?? common);
}

/** The group to which a `[[listener]]` opens its socket. */
function groupOf({ group, at, address }: Described, faults: Faults): Pick<Own, "group"> {
  if (group === undefined) return {};
  if (address.kind === "unix") return { group };
  faults.clash(
    [at("group")],
    `${at("group")} is for ${printListen(address)}, and only Unix sockets have a group`,
    "Take it away, or listen on a Unix socket.",
  );
  return {};
}

/** Reads certificates with their keys: one without the other is a fault. */
function pairsIn({ settings, env }: Sources, faults: Faults): (pair: Pair, at: At) => TlsFiles | undefined {
  const whole = (path: string | undefined) => pathIn(settings.path, path ?? "", env);
  return ({ cert, key }, at) => {
    if (cert === undefined && key === undefined) return undefined;
    const [there, missing] = cert === undefined ? ["key", "cert"] : ["cert", "key"];
    if (cert === undefined || key === undefined)
      faults.clash([at(there)], `${at(there)} is there without its ${missing}`, `Add ${missing} beside it.`);
    return { cert: whole(cert), key: whole(key) };
  };
}
