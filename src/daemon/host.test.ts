import { expect, test } from "bun:test";
import type { Listener } from "../config/listener.ts";
import type { KataError } from "../core/error.ts";
import { checkHost } from "./host.ts";

const tcp: Listener = { address: { kind: "tcp", host: "127.0.0.1", port: 7777 }, name: "127.0.0.1:7777", tls: undefined, is_proxy: false };
const unix: Listener = { ...tcp, address: { kind: "unix", path: "/run/kata.sock" } };

/** The status of the refusal of a request with this Host; undefined when it may pass. */
function statusOf(listener: Listener, host: string | undefined): number | undefined {
  try {
    checkHost({ allowed_hosts: ["kata.example"] }, listener, new Request("http://x/", { headers: host === undefined ? {} : { host } }));
    return undefined;
  } catch (error) {
    return (error as KataError).status;
  }
}

test("`checkHost()` takes literal addresses, localhost, kata.invalid and allowed names, in any case, with or without a port", () => {
  const good =
    "127.0.0.1 127.0.0.1:7777 8.8.8.8:80 [::1] [::1]:7777 [FD00::2]:1 [fe80::1%25eth0]:7777 localhost LOCALHOST:7777 localhost. localhost.:7777 " +
    "kata.invalid Kata.Example kata.example.:443 127.0.0.1:";
  for (const host of good.split(" ")) expect([host, statusOf(tcp, host)]).toEqual([host, undefined]);
});

test("`checkHost()` refuses a foreign name, and any spelling that only looks like an address", () => {
  const foreign =
    "evil.example localhost.evil.example kata.example.evil evilkata.example 127.1 0x7f.0.0.1 2130706433 127.0.0.1.evil.example localhost.. " +
    "0177.0.0.1 [::1.evil]";
  for (const host of foreign.split(" ")) expect([host, statusOf(tcp, host)]).toEqual([host, 403]);
});

test("`checkHost()` refuses a Host that is missing, double or malformed, as HTTP wants it", () => {
  for (const host of [
    undefined,
    "",
    "127.0.0.1, evil.example",
    "localhost,localhost",
    "user@127.0.0.1:1:2",
    "::1",
    "[::1",
    "127.0.0.1:http",
    "127.0.0.1:123456",
  ])
    expect([host, statusOf(tcp, host)]).toEqual([host, 400]);
});

test("`checkHost()` lets a Unix socket take anything", () => {
  for (const host of [undefined, "evil.example", "a, b"]) expect(statusOf(unix, host)).toBeUndefined();
});
