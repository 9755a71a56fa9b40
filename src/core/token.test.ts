import { expect, test } from "bun:test";
import fc from "fast-check";
import { hashOf, isMistyped, isOwnToken, mintPlaintext, stateOf } from "./token.ts";

const random = (bytes: Uint8Array) => crypto.getRandomValues(bytes);
const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

test("`mintPlaintext()` is kata_, 30 base62 characters and a checksum of 6, and is known for one", () => {
  const minted = Array.from({ length: 200 }, () => mintPlaintext(random));
  for (const token of minted) {
    expect(token).toMatch(/^kata_[0-9A-Za-z]{36}$/);
    expect(isOwnToken(token)).toBe(true);
    expect(isMistyped(token)).toBe(false);
  }
  expect(new Set(minted).size).toBe(200);
  expect(new Set(minted.map((token) => token.slice(5, 35)).join("")).size).toBe(62);
});

test("`mintPlaintext()` draws each digit alike: bytes that would favour some are drawn again", () => {
  const drawn = [Array<number>(30).fill(255), Array.from({ length: 30 }, (_, i) => (i < 20 ? 248 : 61)), Array<number>(30).fill(62)];
  const token = mintPlaintext((bytes) => (bytes.set(drawn.shift() ?? []), bytes));
  expect(token.slice(5, 35)).toBe("z".repeat(10) + "0".repeat(20));
});

test("`isOwnToken()` knows the checksum of GitHub's tokens", () => {
  // A token of theirs that was published, with their prefix taken off.
  expect(isOwnToken("kata_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17")).toBe(true);
});

test("`isMistyped()` finds every wrong character, and any two that changed places", () => {
  const digit = fc.constantFrom(...DIGITS.split(""));
  fc.assert(
    fc.property(fc.nat({ max: 35 }), fc.nat({ max: 34 }), digit, (at, swapped, wrong) => {
      const token = mintPlaintext(random);
      const [head, text] = [token.slice(0, 5), token.slice(5)];
      const mistyped = head + text.slice(0, at) + wrong + text.slice(at + 1);
      const turned = head + text.slice(0, swapped) + (text[swapped + 1] ?? "") + (text[swapped] ?? "") + text.slice(swapped + 2);
      for (const each of [mistyped, turned].filter((other) => other !== token))
        expect([isMistyped(each), isOwnToken(each)]).toEqual([true, false]);
    }),
    { numRuns: 300 },
  );
});

test("`isMistyped()` finds a character that is lost or one too many", () => {
  const token = mintPlaintext(random);
  for (const wrong of [token.slice(0, -1), `${token}x`, token.replace("kata_", "kata_x"), token.slice(0, -2)])
    expect([isMistyped(wrong), isOwnToken(wrong)]).toEqual([true, false]);
});

test("`isMistyped()` leaves the original's tokens alone, and whatever people think up themselves", () => {
  const original = `kata_${"aZ0_-".repeat(8)}abc`;
  expect([isOwnToken(original), isMistyped(original)]).toEqual([true, false]);
  const uuid = "kata_0b8f3f0c-9a51-4c8e-8f4e-2f6c3a1d9e77";
  for (const bearer of ["kata_bootstrap", `kata_${"0f".repeat(16)}`, `kata_${"0f".repeat(32)}`, uuid, "kata_", "change-me", "", "Kata_x"])
    expect([bearer, isMistyped(bearer), isOwnToken(bearer)]).toEqual([bearer, false, false]);
});

test("`hashOf()` is SHA-256 in hex", () => {
  expect(hashOf("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

test("`stateOf()` is revoked before all, and expired from the very moment on", () => {
  const end = "2026-05-01T00:00:00.000Z";
  const [before, after] = ["2026-04-30T23:59:59.999Z", "2026-05-01T00:00:00.001Z"];
  expect(stateOf({ revoked_at: null, expires_at: null }, after)).toBe("live");
  expect(stateOf({ revoked_at: null, expires_at: end }, before)).toBe("live");
  expect(stateOf({ revoked_at: null, expires_at: end }, end)).toBe("expired");
  expect(stateOf({ revoked_at: before, expires_at: end }, after)).toBe("revoked");
  expect(stateOf({ revoked_at: before, expires_at: null }, before)).toBe("revoked");
});
