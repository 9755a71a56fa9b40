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

function ipv4(text: string): number[] | undefined {
  if (!/^(?:(?:0|[1-9]\d{0,2})\.){3}(?:0|[1-9]\d{0,2})$/.test(text)) return undefined;
  const parts = text.split(".").map(Number);
  return parts.every((part) => part <= 255) ? parts : undefined;
}

function kindOfIpv4([a = 0, b = 0, c = 0, d = 0]: readonly number[]): AddressKind {
  if (a === 127) return "loopback";
  if (a === 10 || (a === 172 && b >= 16 && b <= 31) || (a === 192 && b === 168)) return "private";
  if (a === 100 && b >= 64 && b <= 127) return "cgnat";
  if (a === 169 && b === 254) return "link-local";
  return a + b + c + d === 0 ? "unspecified" : "public";
}

/** The eight groups of an IPv6 address; undefined when it is none. */
function ipv6(text: string): number[] | undefined {
  const plain = text.replace(/%[\w.-]+$/, "");
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(plain);
  const four = tail && ipv4(tail[2] ?? "");
  if (tail && !four) return undefined;
  const hex =
    four && tail
      ? `${tail[1]}${(((four[0] ?? 0) << 8) | (four[1] ?? 0)).toString(16)}:${(((four[2] ?? 0) << 8) | (four[3] ?? 0)).toString(16)}`
      : plain;
  const halves = hex.split("::");
  if (halves.length > 2) return undefined;
  const [head = [], rest = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const groups = [...head, ...rest];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  if (halves.length === 1 ? groups.length !== 8 : groups.length > 7) return undefined;
  const zeros = Array.from({ length: 8 - groups.length }, () => "0");
  return [...head, ...zeros, ...rest].map((group) => Number.parseInt(group, 16));
}

function kindOfIpv6(groups: readonly number[]): AddressKind {
  const [first = 0] = groups;
  const leading = groups.slice(0, 5).every((group) => group === 0);
  if (leading && groups[5] === 0xffff) {
    const [high = 0, low = 0] = groups.slice(6);
    return kindOfIpv4([high >> 8, high & 255, low >> 8, low & 255]);
  }
  if (leading && groups[5] === 0 && groups[6] === 0 && (groups[7] ?? 0) <= 1) return groups[7] === 1 ? "loopback" : "unspecified";
  if ((first & 0xffc0) === 0xfe80) return "link-local";
  return (first & 0xfe00) === 0xfc00 ? "ula" : "public";
}
