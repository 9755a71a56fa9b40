import { expect, test } from "bun:test";
import type { ListenerRecord, Mode } from "../config/runtime.ts";
import { placeOf } from "./find.ts";

const at = (address: string, protocol: "plain" | "https" = "plain", mode: Mode = "open"): ListenerRecord => ({
  address,
  protocol,
  mode,
  ...(protocol === "https" && { certificate: "PEM" }),
});

/** Where commands reach a daemon with these listeners. */
function reached(...listeners: ListenerRecord[]): string {
  const { name, unix, certificate } = placeOf({ address: listeners[0]?.address ?? "", listeners }, undefined);
  return [name, unix, certificate].filter((part) => part !== undefined).join(" ");
}

test("`placeOf()` takes a Unix socket, else the loopback, else the first address", () => {
  expect(reached(at("100.64.0.5:1"), at("127.0.0.1:2"), at("unix:///run/a.sock"))).toBe("unix:///run/a.sock /run/a.sock");
  expect(reached(at("100.64.0.5:1"), at("[::1]:2", "https"))).toBe("https://[::1]:2 PEM");
  expect(reached(at("100.64.0.5:1", "https"), at("10.0.0.1:2"))).toBe("https://100.64.0.5:1 PEM");
});

test("`placeOf()` takes this machine's own address where a listener has every one", () => {
  expect(reached(at("0.0.0.0:1", "https"))).toBe("https://127.0.0.1:1 PEM");
  expect(reached(at("10.0.0.1:2", "https"), at("[::]:1", "https"))).toBe("https://[::1]:1 PEM");
});

test("`placeOf()` goes past no proxy that would have to say who commands are, unless there is no other way", () => {
  const proxied = at("unix:///run/proxy.sock", "plain", "trusted_proxy");
  expect(reached(proxied, at("10.0.0.1:2", "https", "shared_token"))).toBe("https://10.0.0.1:2 PEM");
  expect(reached(proxied)).toBe("unix:///run/proxy.sock /run/proxy.sock");
});

test("`placeOf()` takes the address of a record that tells of no listeners", () => {
  expect(placeOf({ address: "127.0.0.1:7777" }, undefined)).toMatchObject({ base: "http://127.0.0.1:7777" });
  expect(placeOf({ address: "unix:///run/a.sock" }, undefined)).toMatchObject({ base: "http://kata.invalid", unix: "/run/a.sock" });
});
