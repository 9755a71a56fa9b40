import { expect, test } from "bun:test";
import { type AddressKind, isPrivateHost, kindOfHost, networkOf } from "./address.ts";

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
