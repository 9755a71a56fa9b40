import { describe, expect, test } from "bun:test";
import { likeness, LEAST_TITLE_SHARE, LOOKALIKE, mayBeAlike, tokensOf, wordsOf } from "./similarity.ts";

describe("`tokensOf()`", () => {
  const cases: [text: string, tokens: string[]][] = [
    ["", []],
    ["Fix the Login-page of v2", ["fix", "login", "page", "v2"]],
    ["a b c 7 é", []],
    ["it is as was", []],
    ["crashing crashed crashes crash", ["crash"]],
    ["king ping sing", ["king", "ping", "sing"]],
    ["bed red used", ["bed", "red", "us"]],
    ["yes goes gas", ["ye", "go", "ga"]],
    ["as ass os", ["as", "os"]],
    ["ings äs", ["ing"]],
    ["E\u0301te\u0301 ÉTÉ", ["été"]],
    ["x² ½ Ⅷ", []],
    ["naïve_fix", ["naïve", "fix"]],
    ["日本語 ДОМ", ["日本語", "дом"]],
  ];
  for (const [text, tokens] of cases) test(JSON.stringify(text), () => expect([...tokensOf(text)]).toEqual(tokens));
});

describe("`likeness()`", () => {
  const score = (a: [string, string], b: [string, string]) =>
    likeness(wordsOf({ title: a[0], body: a[1] }), wordsOf({ title: b[0], body: b[1] }));

  test("counts titles 0.6 and bodies 0.4, and a side without words nothing", () => {
    expect(score(["login fails", "on safari"], ["Login fail", "ON SAFARI"])).toBe(1);
    expect(score(["login fails", ""], ["login fails", ""])).toBe(0.6);
    expect(score(["login fails", "on safari"], ["login fails", "the"])).toBe(0.6);
    expect(score(["login fails", "safari crash"], ["login works", "safari crash"])).toBeCloseTo(0.6 / 3 + 0.4);
    expect(score(["the", "safari"], ["the", "safari"])).toBe(0.4);
  });

  test("reaches the bar with half of the title and all of the body", () => {
    const body = "the same words in both";
    expect(score(["alpha beta", body], ["alpha", body])).toBeGreaterThanOrEqual(LOOKALIKE);
    expect(LEAST_TITLE_SHARE).toBeCloseTo(0.5);
  });

  test("looks at the first 500 code points of a body", () => {
    const start = "🎉".repeat(494);
    expect(score(["one two", `${start} alpha beta`], ["one two", `${start} alpha gamma`])).toBe(1);
    expect(score(["one two", `${start} beta ${"x".repeat(1_000)}`], ["one two", `${start} gamma`])).toBe(0.6);
  });
});

test("`mayBeAlike()` is false where no title, however like, reaches the bar", () => {
  const title = "login fails";
  for (const body of ["", " \n"]) {
    expect(mayBeAlike({ body })).toBe(false);
    expect(likeness(wordsOf({ title, body }), wordsOf({ title, body: "on safari" }))).toBeLessThan(LOOKALIKE);
  }
  expect(mayBeAlike({ body: "on safari" })).toBe(true);
});
