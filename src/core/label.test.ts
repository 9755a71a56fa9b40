import { expect, test } from "bun:test";
import fc from "fast-check";
import { checkLabel, labelLike } from "./label.ts";

test.each([
  ["Good First Issue", "good-first-issue"],
  ["type/bug", "type-bug"],
  ["area: Émigré", "area:-emigre"],
  ["  -- ", undefined],
  ["日本", undefined],
  ["x".repeat(80), "x".repeat(64)],
])("`labelLike()` makes of %j %j", (text, label) => {
  expect(labelLike(text)).toBe(label);
});

test("`labelLike()` gives a label or nothing, and a label as it is but for dashes at its ends", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.stringMatching(/^[a-z0-9._:-]{1,64}$/)), (text) => {
      const label = labelLike(text);
      if (label === undefined) return;
      expect(checkLabel(label)).toBe(label);
      expect(labelLike(label)).toBe(label);
    }),
  );
});

test("`checkLabel()` says what may have been meant", () => {
  expect(() => checkLabel("Needs Review")).toThrow(expect.objectContaining({ hint: 'Try "needs-review".' }));
  expect(() => checkLabel("")).toThrow(expect.objectContaining({ hint: "Such as needs-review or area:ui." }));
});
