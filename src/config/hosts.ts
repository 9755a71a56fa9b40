import { kindOfHost } from "../core/address.ts";
import type { Faults } from "./faults.ts";
import { whereOf, type Settings } from "./settings.ts";

/** The names under which a daemon may be called over TCP, in lower case: beside its addresses, which always count. */
export function allowedHosts(settings: Settings, faults: Faults): string[] {
  const from = whereOf(settings, "allowed_hosts");
  return [settings.allowed_hosts ?? []].flat().map((name) => {
    if (kindOfHost(name) !== "name") faults.value(from, `${name} is an address, and addresses are always allowed`, "Leave it out.");
    else if (!isHostName(name))
      faults.value(
        from,
        `${JSON.stringify(name)} is no name of a host`,
        "Write the name alone, as in kata.example.org: no scheme, no port, no *, and xn-- for other scripts.",
      );
    return name.toLowerCase().replace(/\.$/, "");
  });
}

function isHostName(name: string): boolean {
  return name.length <= 253 && /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.?$/i.test(name);
}
