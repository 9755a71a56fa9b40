import { expect, test } from "bun:test";
import fc from "fast-check";
import { parseRef, printRef } from "./ref.ts";
import { ulidSource } from "./ulid.ts";

const shortId = fc.stringMatching(/^[0-9a-hjkmnp-tv-z]{4,25}$/);
const ulid = fc.integer({ min: 0, max: 2 ** 48 - 1 }).map((ms) =>
  ulidSource(
    () => ms,
    (bytes) => crypto.getRandomValues(bytes),
  )(),
);
const ref = fc.oneof(
  fc.record({ uid: ulid }),
  fc.record({ short_id: shortId }),
  fc.record({ short_id: shortId, project: fc.string({ minLength: 1, unit: "grapheme" }) }),
);

test("`parseRef()` reads back what `printRef()` wrote", () => {
  fc.assert(fc.property(ref, (given) => expect(parseRef(printRef(given))).toEqual(given)));
});

test("`parseRef()` reads ids in any case, and keeps a project's name as it is", () => {
  fc.assert(fc.property(fc.oneof(ulid, shortId), (id) => expect(parseRef(id.toUpperCase())).toEqual(parseRef(id.toLowerCase()))));
  expect(parseRef("My#Project#ABC4")).toEqual({ short_id: "abc4", project: "My#Project" });
});

test("`parseRef()` takes any text, and what it takes means the same when it is printed", () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom("#", "a", "Z", "0", "i", "l", "o", "u", " ") }));
  fc.assert(
    fc.property(text, (given) => {
      const parsed = parseRef(given);
      if (parsed) expect(parseRef(printRef(parsed))).toEqual(parsed);
    }),
  );
});

test.each(["", "#", "#abc4", "demo#", "abc", "demo#abc", "123", "abci", "abco", "abc4 ", " abc4", "demo#abcü"])(
  "`parseRef()` refuses %j",
  (text) => expect(parseRef(text)).toBeUndefined(),
);
