import { expect, test } from "bun:test";
import { parseInteger } from "./integer.ts";

test("`parseInteger()` reads what 64 bits hold, and nothing else", () => {
  const last = Number.MAX_SAFE_INTEGER;
  const cases: [string, number | undefined][] = [
    ["0", 0],
    ["-7", -7],
    ["+7", 7],
    ["007", 7],
    ["9007199254740991", last],
    ["9223372036854775807", last],
    ["-9223372036854775808", -last],
    ["9223372036854775808", undefined],
    ["99999999999999999999", undefined],
  ];
  for (const [text, wanted] of cases) expect([text, parseInteger(text)]).toEqual([text, wanted]);
  for (const text of ["", "-", "1.5", "1e3", "0x1", " 1", "one"]) expect([text, parseInteger(text)]).toEqual([text, undefined]);
});
