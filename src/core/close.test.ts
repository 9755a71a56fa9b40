import { expect, test } from "bun:test";
import { checkMessage, normalizeMessage, throttled } from "./close.ts";
import { checkEvidence } from "./evidence.ts";

test.each([
  ["  It \n works.  ", "it works"],
  ["x !!", "x"],
  ["OK!?", "ok"],
  ["...", ""],
])("`normalizeMessage()` makes %j %j, and leaves it so", (message, normal) => {
  expect(normalizeMessage(message)).toBe(normal);
  expect(normalizeMessage(normal)).toBe(normal);
});

test("`checkMessage()` counts bytes against the reason's floor", () => {
  expect(() => checkMessage("done", "x".repeat(39))).toThrow("a message of 40 bytes at least; it has 39");
  checkMessage("done", "ü".repeat(20));
  expect(() => checkMessage("wontfix", "x".repeat(59))).toThrow("a message of 60 bytes at least; it has 59");
  expect(() => checkMessage("duplicate", "N/A")).toThrow("says nothing");
});

test.each([
  ["done", [], "needs evidence"],
  ["done", [{ type: "commit", sha: "zz" }], "hexadecimal"],
  ["done", [{ type: "constructor" }], "must be one of"],
  ["wontfix", [{ type: "pr", url: "u" }], "takes no evidence"],
  ["duplicate", [], "exactly one duplicate-of"],
  ["audit-no-change", [{ type: "reviewed-paths", paths: ["a", " "] }], "not blank"],
])("`checkEvidence()` refuses for %s: %j", (reason, evidence, message) => {
  expect(() => checkEvidence(reason, evidence)).toThrow(message);
});

test("`throttled()` counts closes within 5 minutes, and messages within 30", () => {
  const now = Date.parse("2026-04-01T12:00:00.000Z");
  const ago = (minutes: number, message = "m") => ({
    short_id: `s${minutes}`,
    created_at: new Date(now - minutes * 60_000).toISOString(),
    reason: "done",
    message,
  });
  const close = { reason: "done", message: "Same!", now };
  expect(throttled(close, [ago(1), ago(2), ago(5)])).toEqual({ reason: "sibling-burst", cohort: ["s1", "s2", "s5"] });
  expect(throttled(close, [ago(1), ago(2), ago(6)])).toBeUndefined();
  expect(throttled(close, [ago(30, "same !")])).toEqual({ reason: "duplicate-message", prior: "s30" });
  expect(throttled({ ...close, reason: "wontfix" }, [ago(30, "same")])).toBeUndefined();
});
