export type AddressKind = "loopback" | "private" | "cgnat" | "link-local" | "ula" | "unspecified" | "public" | "name";

/**
 * What kind of host this is. Only literal addresses in their usual form are addresses: `localhost`, `127.1` and
 * `2130706433` are names (RFC 1918, RFC 6598, RFC 3927, RFC 4193, RFC 4291).
 */
export function kindOfHost(host: string): AddressKind {
  const bare = host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
  const four = ipv4(bare);
  if (four) return kindOfIpv4(four);
  const six = ipv6(bare);
  return six ? kindOfIpv6(six) : "name";
}

/** Whether plain HTTP may go there, bearer and all: an address that is literal, and not reached over the open net. */
export function isPrivateHost(host: string): boolean {
  return !["unspecified", "public", "name"].includes(kindOfHost(host));
}

/**
 * A literal address as it is usually written (RFC 5952), and an IPv4-mapped one as the IPv4 address that it is; undefined
 * for a name. Two spellings of one address give the same text.
 */
export function canonicalHost(host: string): string | undefined {
  if (ipv4(host)) return host;
  const six = ipv6(host);
  if (!six) return undefined;
  const four = mappedIpv4(six);
  if (four) return four.join(".");
  const groups = six.map((group) => group.toString(16)).join(":");
  // The parser of addresses has the rule of which zeros are left out.
  return new URL(`http://[${groups}]/`).hostname.slice(1, -1) + zoneOf(host);
}

/**
 * An address that may be wrong, as it may be shown: without what could be a user's password, at whichever place one may be
 * written, and without a query.
 */
export function shownAddress(text: string): string {
  const withoutUser = text.replace(/^.*[@\uff20]/su, "…@").replace(/[?#].*/su, "");
  return withoutUser.replace(/^((?:[a-z][a-z0-9+.-]*:\/\/)?(?:\[[^\]]*\]|[^/:[]*)):(?!\/\/|\d*(?:\/|$)).*/isu, "$1:…");
}

/** The interface that a link-local IPv6 address stands on: `%eth0`; empty without one. */
export function zoneOf(host: string): string {
  return /%[\w.-]+$/.exec(host)?.[0] ?? "";
}

function ipv4(text: string): number[] | undefined {
  if (!/^(?:(?:0|[1-9]\d{0,2})\.){3}(?:0|[1-9]\d{0,2})$/.test(text)) return undefined;
  const parts = text.split(".").map(Number);
  return parts.every((part) => part <= 255) ? parts : undefined;
}

/** First byte, and where the second must lie: RFC 1122, RFC 1918, RFC 6598, RFC 3927. */
const RANGES: readonly [AddressKind, number, number, number][] = [
  ["loopback", 127, 0, 255],
  ["private", 10, 0, 255],
  ["private", 172, 16, 31],
  ["private", 192, 168, 168],
  ["cgnat", 100, 64, 127],
  ["link-local", 169, 254, 254],
];

function kindOfIpv4(parts: readonly number[]): AddressKind {
  const [a = 0, b = 0] = parts;
  const found = RANGES.find(([, first, low, high]) => a === first && b >= low && b <= high);
  if (found) return found[0];
  return parts.every((part) => part === 0) ? "unspecified" : "public";
}

/** The eight groups of an IPv6 address; undefined when it is none (RFC 4291 §2.2). */
function ipv6(text: string): number[] | undefined {
  const hex = withoutIpv4Tail(text.slice(0, text.length - zoneOf(text).length));
  const halves = (hex ?? "?").split("::").map((half) => (half === "" ? [] : half.split(":")));
  const [head = [], rest = []] = halves;
  const count = head.length + rest.length;
  if (halves.length > 2 || (halves.length === 1 ? count !== 8 : count > 7)) return undefined;
  if (![...head, ...rest].every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  const zeros = Array.from({ length: 8 - count }, () => "0");
  return [...head, ...zeros, ...rest].map((group) => Number.parseInt(group, 16));
}

/** `::ffff:1.2.3.4` with its end in hex; undefined when that end is no IPv4 address. */
function withoutIpv4Tail(text: string): string | undefined {
  const [, head = "", tail] = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text) ?? [];
  if (tail === undefined) return text;
  const parts = ipv4(tail);
  if (!parts) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = parts;
  return `${head}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}

/** The IPv4 address that `::ffff:1.2.3.4` stands for; undefined when it stands for none. */
function mappedIpv4(groups: readonly number[]): number[] | undefined {
  const [high = 0, low = 0] = groups.slice(6);
  const isMapped = groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0);
  return isMapped ? [high >> 8, high & 255, low >> 8, low & 255] : undefined;
}

function kindOfIpv6(groups: readonly number[]): AddressKind {
  const [first = 0] = groups;
  const four = mappedIpv4(groups);
  if (four) return kindOfIpv4(four);
  const zeros = groups.findIndex((group) => group !== 0);
  if (zeros < 0) return "unspecified";
  if (zeros === 7 && groups[7] === 1) return "loopback";
  if ((first & 0xffc0) === 0xfe80) return "link-local";
  return (first & 0xfe00) === 0xfc00 ? "ula" : "public";
}

/** What one peer is likely to have all of: an IPv4 address itself, or the /64 of an IPv6 address. */
export function networkOf(address: string): string {
  const groups = ipv6(address);
  if (!groups) return address;
  const [high = 0, low = 0] = groups.slice(6);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff)
    return [high >> 8, high & 255, low >> 8, low & 255].join(".");
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(":")}::/64`;
}
