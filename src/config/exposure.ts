import { isPrivateHost, kindOfHost } from "../core/address.ts";
import type { Faults } from "./faults.ts";
import { isLocal, type Listener } from "./listener.ts";
import type { AskedListener } from "./listeners.ts";

/** What a daemon does to be safe where others reach it. */
export type Safety = {
  token: boolean;
  /** The network is private, and its users are trusted to hear what goes over it. */
  trust: boolean;
  insecure_readonly: boolean;
};

/** What is missing for a listener to be safe. */
export type Lack = "tls" | "private" | "token" | "trust";

/**
 * What a listener lacks (remote-daemon.md, plain HTTP guardrails): HTTP stays on private addresses, who may change things
 * has a token, and a token crosses a network readable only where that was allowed.
 */
export function lacksOf({ address, tls }: Pick<Listener, "address" | "tls">, { token, trust, insecure_readonly }: Safety): Lack[] {
  if (address.kind === "unix" || isLocal({ address })) return [];
  const isPrivate = isPrivateHost(address.host);
  const lacks: Lack[] = isPrivate || tls ? [] : ["tls"];
  if (insecure_readonly && !token) return isPrivate ? lacks : [...lacks, "private"];
  if (!token) lacks.push("token");
  if (isPrivate && !tls && !trust) lacks.push("trust");
  return lacks;
}

const HTTPS = "cert and key under [tls] in config.toml";
const TOKEN = "set KATA_AUTH_TOKEN, or token under [auth] in config.toml";

/** Each lack once, with the listeners that have it. */
export function checkExposure(listeners: readonly AskedListener[], safety: Safety, faults: Faults): void {
  const lacking = new Map<Lack, AskedListener[]>();
  for (const listener of listeners)
    for (const lack of lacksOf(listener, safety)) lacking.set(lack, [...(lacking.get(lack) ?? []), listener]);
  for (const each of lacking.get("tls") ?? [])
    faults.value(
      each.from,
      `${each.name} is ${breadthOf(each)}, where plain HTTP is not safe`,
      `Listen on a private address of this host, or make it HTTPS: ${HTTPS}.`,
    );
  const tell = (lack: Lack, why: (where: string) => string, hint: string, more: readonly string[] = []) => {
    const found = lacking.get(lack) ?? [];
    const froms = [...new Set(found.map(({ from }) => from))];
    const where = `${found.map(({ name }) => name).join(" and ")} (${froms.join(", ")})`;
    if (found.length > 0) faults.unsafe([...froms, ...more], why(where), hint);
  };
  tell(
    "private",
    (where) => `with --insecure-readonly and no token, everybody who reaches ${where} could read everything, from the open net too`,
    `Listen on a private address of this host; or ${TOKEN}.`,
    ["--insecure-readonly"],
  );
  const arePrivate = lacking.get("token")?.every(({ address }) => address.kind === "tcp" && isPrivateHost(address.host));
  tell(
    "token",
    (where) => `other hosts reach ${where}, and without a token everybody there could change everything`,
    `To have one, ${TOKEN}${arePrivate ? "; or add --insecure-readonly, to let everybody read and nobody write" : ""}.`,
  );
  tell(
    "trust",
    (where) => `plain HTTP to other hosts, at ${where}, shows the token and all data to the network`,
    `If it is private and trusted, set KATA_TRUST_PRIVATE_NETWORK=1, or trust_private_network = true under [auth] in config.toml; or make it HTTPS: ${HTTPS}.`,
  );
}

function breadthOf({ address }: Listener): string {
  return address.kind === "tcp" && kindOfHost(address.host) === "unspecified" ? "every address of this host" : "a public address";
}
