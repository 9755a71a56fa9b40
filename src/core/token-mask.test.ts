import { expect, test } from "bun:test";
import fc from "fast-check";
import { maskOf, mayHave } from "./token-mask.ts";

const words = fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 20 });

test("`mayHave()` never counts less than two sets have in common", () => {
  fc.assert(
    fc.property(words, words, (a, b) => {
      expect(mayHave(a)(maskOf(b))).toBeGreaterThanOrEqual(a.filter((word) => b.includes(word)).length);
    }),
  );
});

test("`maskOf()` is a whole number that both databases keep, and stays what it was", () => {
  fc.assert(fc.property(words, (a) => Number.isSafeInteger(maskOf(a)) && maskOf(a) >= 0 && maskOf(a) < 2 ** 48));
  expect([maskOf([]), maskOf(["login"]), maskOf(["login", "safari", "zoë"])]).toMatchInlineSnapshot(`
    [
      0,
      4,
      549755944964,
    ]
  `);
});
