import { expect, test } from "bun:test";
import fc from "fast-check";
import { blockSafe, closest, editDistance, isBlank, lineSafe } from "./text.ts";

const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

test("`lineSafe()` takes away escape sequences, controls and bidi marks", () => {
  const cases: [string, string][] = [
    ["plain", "plain"],
    ["\u001b[31mred\u001b[0m", "red"],
    ["\u001b]0;title\u0007after", "after"],
    ["\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\", "link"],
    ["\u001bP+q544e\u001b\\x", "x"],
    ["a\nb\r\nc\td", "a\\nb\\nc d"],
    ["left\u202eright\u2066x", "leftrightx"],
    ["\u009b31mred", "31mred"],
    ["zero\u200bwidth\ufeff", "zerowidth"],
    ["bell\u0007 back\b del\u007f", "bell back del"],
  ];
  for (const [given, wanted] of cases) expect(lineSafe(given)).toBe(wanted);
});

test("`lineSafe()` leaves nothing that a terminal obeys, whatever it is given", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => !UNSAFE.test(lineSafe(text))));
});

test("`blockSafe()` keeps lines and tabs, and nothing else that a terminal obeys", () => {
  expect(blockSafe("a\r\n\tb\u001b[2J\u0007")).toBe("a\n\tb");
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => !UNSAFE.test(blockSafe(text).replaceAll(/[\n\t]/g, ""))));
});

test("`editDistance()` is a distance", () => {
  expect(editDistance("kitten", "sitting")).toBe(3);
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => editDistance(a, b) === editDistance(b, a) && (editDistance(a, b) === 0) === (a === b)),
  );
});

test("`closest()` suggests what was nearly typed, and nothing far away", () => {
  expect(closest("lsit", ["list", "show"])).toBe("list");
  expect(closest("creat", ["create", "close"])).toBe("create");
  expect(closest("zzzzzz", ["list", "show"])).toBeUndefined();
});

test("`isBlank()` knows every white space, and the byte order mark", () => {
  for (const text of ["", " \t\n", "\u0085", "\u00a0\u2003\u3000\u2028", "\ufeff"]) expect(isBlank(text)).toBe(true);
  for (const text of ["a", " \u0085.", "0"]) expect(isBlank(text)).toBe(false);
});
