import { expect, test } from "bun:test";
import fc from "fast-check";
import { isDeeper, isJsonObject, parseJson } from "./json.ts";

test("`parseJson()` loses no digit of a number", () => {
  for (const text of ["1.0", "1e400", "12345678901234567890", '{"a":[0.10,{"b":-1E+2}],"c":7}'])
    expect(JSON.stringify(parseJson(text))).toBe(text);
  const number = fc.stringMatching(/^-?(?:0|[1-9]\d{0,25})(?:\.\d{1,4})?(?:[eE][+-]?\d{1,3})?$/).filter((text) => text !== "-0");
  const values = fc.array(
    fc.oneof(
      number,
      fc.string({ unit: "binary-ascii" }).map((text) => JSON.stringify(text)),
    ),
  );
  fc.assert(fc.property(values, (texts) => JSON.stringify(parseJson(`[ ${texts.join(" ,\n")}]`)) === `[${texts.join(",")}]`));
  expect(parseJson('{"a":9007199254740991}')).toEqual({ a: 9_007_199_254_740_991 });
});

test("`isJsonObject()` takes no list and no number that is kept as it was written", () => {
  expect(["{}", "[]", "1.0", "null", '"a"', "1"].map((text) => isJsonObject(parseJson(text)))).toEqual([
    true,
    false,
    false,
    false,
    false,
    false,
  ]);
});

test("`isDeeper()` counts what stands in each other, and nothing in texts", () => {
  const nested = (depth: number) => `${"[".repeat(depth)}"]]{\\"${"]".repeat(depth)}`;
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1, max: 50 }),
      (depth, most) => isDeeper(nested(depth), most) === depth > most,
    ),
  );
  expect(isDeeper("[],".repeat(500), 2)).toBe(false);
});
