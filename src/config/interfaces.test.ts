import { expect, test } from "bun:test";
import { networkInterfaces } from "node:os";
import { privateAddresses, privateAddressOf } from "./interfaces.ts";

const at = (...addresses: string[]) => addresses.map((address) => ({ address }));
const host = {
  lo: at("127.0.0.1", "::1"),
  eth0: at("192.0.2.2", "10.0.0.5", "2001:db8::1", "fe80::1"),
  tailscale0: at("100.64.0.5", "fd7a:115c:a1e0::5", "fe80::2"),
  six: at("fd00::7", "fe80::3"),
  twins: at("10.1.0.1", "10.2.0.1"),
  public0: at("8.8.8.8"),
  bare: at("fe80::4", "169.254.1.1"),
};

test("`privateAddressOf()` finds the one private address of an interface", () => {
  const found = ["lo", "eth0", "tailscale0", "six"].map((name) => privateAddressOf(name, host));
  expect(found).toEqual(["127.0.0.1", "10.0.0.5", "100.64.0.5", "fd00::7"]);
});

test("`privateAddressOf()` fails with what it found where that is not one", () => {
  expect(() => privateAddressOf("twins", host)).toThrow("the interface twins has several private addresses: 10.1.0.1, 10.2.0.1");
  expect(() => privateAddressOf("public0", host)).toThrow("the interface public0 has no private address");
  expect(() => privateAddressOf("bare", host)).toThrow("the interface bare has no private address");
  expect(() => privateAddressOf("wg0", host)).toThrow("there is no interface wg0 that is up and has an address");
});

test("`privateAddresses()` is each address of the host that is not public and that a URL can name, each once", () => {
  expect(privateAddresses(host)).toEqual(
    "127.0.0.1 ::1 10.0.0.5 100.64.0.5 fd7a:115c:a1e0::5 fd00::7 10.1.0.1 10.2.0.1 169.254.1.1".split(" "),
  );
  expect(privateAddresses({ a: at("10.0.0.1", "::ffff:10.0.0.1") })).toEqual(["10.0.0.1"]);
  expect(privateAddresses(networkInterfaces())).toContain("127.0.0.1");
});
