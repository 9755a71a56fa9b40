import { expect, test } from "bun:test";
import { type Hook, hookKeys, typesOf } from "./hook.ts";

const hook = (said: Partial<Hook> = {}): Hook => ({
  event: "*",
  command: "notify",
  args: [],
  timeout_ms: 30_000,
  working_dir: undefined,
  env: {},
  ...said,
});

test("`typesOf()` gives the hookable types that an event's name stands for, and no other", () => {
  expect(typesOf({ event: "issue.closed" })).toEqual(["issue.closed"]);
  expect(typesOf({ event: "issue.*" })).toHaveLength(16);
  expect(typesOf({ event: "*" })).toEqual([...typesOf({ event: "issue.*" }), "close.throttled"]);
  expect(typesOf({ event: "*" })).not.toContain("issue.moved");
});

test("`hookKeys()` knows a hook again in another place, with another timeout and another environment", () => {
  const [a, b] = [hook({ args: ["a"] }), hook({ args: ["b"] })];
  const [ofA, ofB] = hookKeys([a, b]);
  expect(hookKeys([hook({ event: "issue.*" }), { ...b, timeout_ms: 1, env: { X: "y" } }, a])).toEqual([
    expect.any(String),
    ofB,
    ofA,
  ] as string[]);
});

test("`hookKeys()` tells hooks apart by what they run, where and for which events, and those that are alike by their order", () => {
  const hooks = [
    hook(),
    hook(),
    hook({ event: "issue.*" }),
    hook({ command: "/bin/notify" }),
    hook({ working_dir: "/" }),
    hook({ args: ["x"] }),
  ];
  expect(new Set(hookKeys(hooks)).size).toBe(hooks.length);
  expect(hookKeys([hook(), hook()])).toEqual(hookKeys(hooks).slice(0, 2));
});
