import { networkInterfaces } from "node:os";
import { canonicalHost, isPrivateHost, kindOfHost } from "../core/address.ts";
import { LocalError } from "../core/error.ts";

type Interfaces = Readonly<Record<string, readonly { address: string }[] | undefined>>;

/**
 * The one private address of an interface that is up: its IPv4 address, or where it has none its IPv6 address. Link-local
 * ones are passed over, since every interface has some. Fails with what was found where that is not one.
 */
export function privateAddressOf(name: string, interfaces: Interfaces = networkInterfaces()): string {
  const found = interfaces[name];
  if (!found)
    throw new LocalError(
      "internal",
      `there is no interface ${name} that is up and has an address`,
      `There are ${Object.keys(interfaces).join(", ")}.`,
    );
  const eligible = found.map(({ address }) => address).filter((each) => isPrivateHost(each) && kindOfHost(each) !== "link-local");
  const four = eligible.filter((address) => !address.includes(":"));
  const [one, ...others] = four.length > 0 ? four : eligible;
  if (one !== undefined && others.length === 0) return one;
  const what = one === undefined ? "has no private address" : `has several private addresses: ${[one, ...others].join(", ")}`;
  const all = one === undefined ? `It has ${found.map(({ address }) => address).join(", ")}. ` : "";
  throw new LocalError("internal", `the interface ${name} ${what}`, `${all}Name the address itself.`);
}

/** The addresses of this host that are not public, loopback too. Link-local IPv6 is left out: no URL can name it. */
export function privateAddresses(interfaces: Interfaces = networkInterfaces()): string[] {
  const all = Object.values(interfaces).flatMap((found) => found ?? []);
  const hosts = all.flatMap(({ address }) => canonicalHost(address) ?? []);
  const isEligible = (host: string) => isPrivateHost(host) && !(host.includes(":") && kindOfHost(host) === "link-local");
  return [...new Set(hosts.filter(isEligible))];
}
