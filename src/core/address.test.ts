import { expect, test } from "bun:test";
import fc from "fast-check";
import { type AddressKind, canonicalHost, isPrivateHost, kindOfHost, networkOf, shownAddress } from "./address.ts";

const cases: Record<AddressKind, string[]> = {
  loopback: ["127.0.0.1", "127.255.255.254", "::1", "[::1]", "::ffff:127.0.0.1", "0:0:0:0:0:0:0:1"],
  private: ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "::ffff:10.0.0.1"],
  cgnat: ["100.64.0.5", "100.127.255.255"],
  "link-local": ["169.254.1.1", "fe80::1", "fe80::1%eth0", "febf::1"],
  ula: ["fc00::1", "fd12:3456:789a::1"],
  unspecified: ["0.0.0.0", "::", "[::]", "0:0:0:0:0:0:0:0"],
  public: [
    "8.8.8.8",
    "100.63.255.255",
    "100.128.0.1",
    "172.15.0.1",
    "172.32.0.1",
    "192.167.0.1",
    "1.1.1.1",
    "2001:db8::1",
    "fec0::1",
    "::ffff:8.8.8.8",
  ],
  name: [
    "localhost",
    "127.1",
    "0x7f.1",
    "2130706433",
    "127.0.0.01",
    "127.0.0.256",
    "example.test",
    "",
    "1.2.3",
    ":::1",
    "1::2::3",
    "12345::",
    "::1.2.3.400",
    "fe80",
  ],
};

test("`kindOfHost()` knows each kind by its literal form alone", () => {
  for (const [kind, hosts] of Object.entries(cases)) {
    for (const host of hosts) expect([host, kindOfHost(host)]).toEqual([host, kind as AddressKind]);
  }
});

test("`isPrivateHost()` holds for what the open net does not reach", () => {
  const reached = Object.entries(cases).flatMap(([kind, hosts]) => hosts.map((host) => [kind, isPrivateHost(host)]));
  for (const [kind, found] of reached) expect([kind, found]).toEqual([kind, !["unspecified", "public", "name"].includes(kind as string)]);
});

test("`canonicalHost()` gives each address one text, however it was spelled, and a name none", () => {
  for (const [kind, hosts] of Object.entries(cases)) {
    for (const host of hosts.filter((each) => !each.startsWith("["))) {
      const found = canonicalHost(host);
      expect([host, found === undefined]).toEqual([host, kind === "name"]);
      if (found !== undefined) expect([kindOfHost(found), canonicalHost(found)]).toEqual([kind as AddressKind, found]);
    }
  }
});

const group = fc.oneof(fc.constantFrom(0, 0, 0, 0xffff), fc.nat({ max: 0xffff }));
const groups = fc.array(group, { minLength: 8, maxLength: 8 });

/** A spelling of an IPv6 address: which zeros are left out, in which case and with how many zeros before it is written. */
function spelled(parts: readonly number[], choice: number, tail: boolean, upper: boolean, width: number): string {
  const texts = parts.map((part) => part.toString(16).padStart(width, "0"));
  const [a = 0, b = 0] = parts.slice(6);
  if (tail) texts.splice(6, 2, [a >> 8, a & 255, b >> 8, b & 255].join("."));
  const isZero = (from: number, to: number) => from <= to && texts.slice(from, to + 1).every((text) => /^0+$/.test(text));
  const runs = texts.flatMap((_, from) => texts.flatMap((__, to) => (isZero(from, to) ? [[from, to]] : [])));
  const [from, to] = runs[choice % (runs.length + 1)] ?? [];
  const text =
    from === undefined || to === undefined ? texts.join(":") : `${texts.slice(0, from).join(":")}::${texts.slice(to + 1).join(":")}`;
  return upper ? text.toUpperCase() : text;
}

test("`canonicalHost()` gives all spellings of an IPv6 address the same text", () => {
  const spelling = fc.tuple(fc.nat(), fc.boolean(), fc.boolean(), fc.integer({ min: 1, max: 4 }));
  fc.assert(
    fc.property(groups, spelling, spelling, (parts, one, other) => {
      const [a, b] = [spelled(parts, ...one), spelled(parts, ...other)];
      expect(canonicalHost(a)).toBeDefined();
      expect([a, b, canonicalHost(a)]).toEqual([a, b, canonicalHost(b)]);
      expect(kindOfHost(a)).toBe(kindOfHost(b));
    }),
  );
});

test("`networkOf()` is the /64 of an IPv6 address, however it is written, and an IPv4 address itself", () => {
  expect(networkOf("100.64.0.5")).toBe("100.64.0.5");
  expect(networkOf("::ffff:100.64.0.5")).toBe("100.64.0.5");
  expect(networkOf("::ffff:6440:5")).toBe("100.64.0.5");
  expect(networkOf("2001:db8:1:2:3:4:5:6")).toBe("2001:db8:1:2::/64");
  expect(networkOf("2001:0DB8:0001:0002::9")).toBe("2001:db8:1:2::/64");
  expect(networkOf("2001:db8:1:3::9")).toBe("2001:db8:1:3::/64");
  expect(networkOf("fe80::1%eth0")).toBe("fe80:0:0:0::/64");
  expect(networkOf("::1")).toBe("0:0:0:0::/64");
});

test("`shownAddress()` hides what may be a password, and leaves what is none", () => {
  const secrets = [
    "ftp://user:s3cret@x",
    "user:s3cret@x",
    "http://s3cret@127.0.0.1:7777",
    "https://u:s3cret%40@x/a@b",
    "http://u:p/s3cret@x",
    "http://x\\@u:s3cret@y",
    "http://u:s3cret\uff20x",
    "http://u:s3cret",
    "u:s3cret",
    "http://[::1]:s3cret/path",
    "http://127.0.0.1:77s3cret",
    "http://x/?token=s3cret",
    "http://x/#s3cret",
    "http://u:1\ns3cret@x",
  ];
  for (const text of secrets) expect(shownAddress(text)).not.toContain("s3cret");
  for (const plain of [
    "http://127.0.0.1:7777/kata",
    "kata.example:7777",
    "[fd00::5]:7777",
    "http://[fd00::5]",
    "unix:///run/a",
    "",
    "work",
  ])
    expect(shownAddress(plain)).toBe(plain);
  expect(shownAddress("ftp://user:s3cret@kata.example:21/x")).toBe("…@kata.example:21/x");
});
