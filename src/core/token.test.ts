import { expect, test } from "bun:test";
import fc from "fast-check";
import { checkTokenShape, hashOf, isOwnToken, mintPlaintext, stateOf } from "./token.ts";

const random = (bytes: Uint8Array) => crypto.getRandomValues(bytes);
const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** What the check says of a bearer; undefined where it lets it pass. */
function refusal(bearer: string): string | undefined {
  try {
    expect(checkTokenShape(bearer, "KATA_AUTH_TOKEN")).toBe(bearer);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

test("`mintPlaintext()` is kata_, 30 base62 characters and a checksum of 6, and passes `checkTokenShape()`", () => {
  const minted = Array.from({ length: 200 }, () => mintPlaintext(random));
  for (const token of minted) {
    expect(token).toMatch(/^kata_[0-9A-Za-z]{36}$/);
    expect(isOwnToken(token)).toBe(true);
    expect(refusal(token)).toBeUndefined();
  }
  expect(new Set(minted).size).toBe(200);
  expect(new Set(minted.map((token) => token.slice(5, 35)).join("")).size).toBe(62);
});

test("`mintPlaintext()` draws each digit alike: bytes that would favour some are drawn again", () => {
  const drawn = [Array<number>(30).fill(255), Array.from({ length: 30 }, (_, i) => (i < 20 ? 248 : 61)), Array<number>(30).fill(62)];
  const token = mintPlaintext((bytes) => (bytes.set(drawn.shift() ?? []), bytes));
  expect(token.slice(5, 35)).toBe("z".repeat(10) + "0".repeat(20));
});

test("`checkTokenShape()` knows the checksum of GitHub's tokens", () => {
  // A token of theirs that was published, with their prefix taken off.
  expect(refusal("kata_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17")).toBeUndefined();
});

test("`checkTokenShape()` finds every wrong character, and any two that changed places, and shows nothing of it", () => {
  const digit = fc.constantFrom(...DIGITS.split(""));
  fc.assert(
    fc.property(fc.nat({ max: 35 }), fc.nat({ max: 34 }), digit, (at, swapped, wrong) => {
      const token = mintPlaintext(random);
      const [head, text] = [token.slice(0, 5), token.slice(5)];
      const mistyped = head + text.slice(0, at) + wrong + text.slice(at + 1);
      const turned = head + text.slice(0, swapped) + (text[swapped + 1] ?? "") + (text[swapped] ?? "") + text.slice(swapped + 2);
      for (const each of [mistyped, turned].filter((other) => other !== token)) {
        const said = refusal(each);
        expect(said).toContain("KATA_AUTH_TOKEN");
        expect(said).not.toContain(each.slice(5, 15));
      }
    }),
    { numRuns: 300 },
  );
});

test("`checkTokenShape()` refuses a token that was cut off, has something at its end, or is in other letters", () => {
  const token = mintPlaintext(random);
  for (const wrong of [token.slice(0, -1), `${token}x`, `${token} `, token.replace("kata_", "kata_ "), "kata_", `kata_${token}`])
    expect(refusal(wrong)).toBeDefined();
});

test("`checkTokenShape()` leaves the original's tokens alone, and whatever is none of kata's", () => {
  for (const bearer of [`kata_${"aZ0_-".repeat(8)}abc`, "change-me", "", "Kata_x", "s3cret kata_x"])
    expect(refusal(bearer)).toBeUndefined();
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
