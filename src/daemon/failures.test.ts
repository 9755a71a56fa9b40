import { expect, test } from "bun:test";
import { Failures } from "./failures.ts";

const MINUTE_MS = 60_000;

function counted() {
  let now = 1_000_000;
  const failures = new Failures(() => now);
  const count = (peer: string, times = 1) => Array.from({ length: times }, () => failures.count(peer));
  return { count, pass: (ms: number) => void (now += ms) };
}

test("`count()` lets twenty failures in a minute pass, and then says how long to wait, until the minute is over", () => {
  const { count, pass } = counted();
  expect(count("10.0.0.1", 20)).toEqual(Array(20).fill(undefined));
  expect(count("10.0.0.1")).toEqual([60]);
  pass(45_500);
  expect(count("10.0.0.1")).toEqual([15]);
  pass(14_499);
  expect(count("10.0.0.1")).toEqual([1]);
  pass(1);
  expect(count("10.0.0.1", 20)).toEqual(Array(20).fill(undefined));
  expect(count("10.0.0.1")).toEqual([60]);
});

test("`count()` counts each peer by itself, and all of one IPv6 network as one", () => {
  const { count } = counted();
  count("10.0.0.1", 20);
  expect(count("10.0.0.2")).toEqual([undefined]);
  for (let host = 1; host <= 20; host++) count(`fd00::${host}`);
  expect(count("fd00::ffff")).toEqual([60]);
  expect(count("fd00:0:0:1::1")).toEqual([undefined]);
});

test("`count()` forgets the peer whose minute began first where there are too many", () => {
  const { count, pass } = counted();
  count("10.0.0.1", 21);
  pass(1);
  for (let n = 0; n < 9_999; n++) count(`10.1.${n >> 8}.${n & 255}`);
  expect(count("10.0.0.1")).toEqual([60]);
  count("10.2.0.0");
  expect(count("10.0.0.1")).toEqual([undefined]);
  pass(MINUTE_MS);
  expect(count("10.0.0.1")).toEqual([undefined]);
});
