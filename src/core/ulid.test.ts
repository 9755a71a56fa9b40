import { expect, test } from "bun:test";
import fc from "fast-check";
import { isUlid, ulidSource } from "./ulid.ts";

const clock = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: -5_000, max: 5_000 })), { minLength: 1, maxLength: 200 });
const randomness = fc.oneof(
  fc.constant((bytes: Uint8Array) => crypto.getRandomValues(bytes)),
  fc.constantFrom(0, 30, 31, 255).map((byte) => (bytes: Uint8Array) => bytes.fill(byte)),
);

test("`ulidSource()` gives ids that rise, whatever the clock does", () => {
  fc.assert(
    fc.property(clock, randomness, (steps, random) => {
      let now = Date.parse("2026-01-01");
      const next = ulidSource(() => now, random);
      const ids = steps.map((step) => {
        now += step;
        return next();
      });
      for (const [i, id] of ids.entries()) {
        expect(isUlid(id)).toBe(true);
        if (i > 0) expect(id > (ids[i - 1] ?? "")).toBe(true);
      }
    }),
  );
});

test("`ulidSource()` begins with the time, to the millisecond", () => {
  const at = (ms: number) =>
    ulidSource(
      () => ms,
      (bytes) => bytes.fill(0),
    )().slice(0, 10);
  expect(at(0)).toBe("0000000000");
  expect(at(1_469_918_176_385)).toBe("01ARYZ6S41");
  expect(at(2 ** 48 - 1)).toBe("7ZZZZZZZZZ");
});
