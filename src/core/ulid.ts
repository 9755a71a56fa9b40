const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const SHAPE = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** Whether `text` is a ULID in upper case: 26 characters of Crockford's alphabet, of which the first is 0 to 7. */
export function isUlid(text: string): boolean {
  return SHAPE.test(text);
}

/**
 * A source of ULIDs (github.com/ulid/spec): 48 bits of milliseconds, 80 of randomness. Within one millisecond, or when
 * the clock goes back, the last one is incremented, so that the ids of one process always rise.
 */
export function ulidSource(now: () => number, random: (bytes: Uint8Array) => Uint8Array): () => string {
  let last = -1;
  const digits = new Uint8Array(16);
  return () => {
    const ms = now();
    if (ms > last) {
      last = ms;
      random(digits);
      for (let i = 0; i < 16; i++) digits[i] = (digits[i] ?? 0) & 31;
    } else if (!increment(digits)) {
      last++;
    }
    return time(last) + Array.from(digits, (digit) => ALPHABET[digit]).join("");
  };
}

/** The ULID of a moment whose randomness is given, so that the same bytes, ten of them, always give the same one. */
export function ulidOf(ms: number, bytes: Uint8Array): string {
  let rest = bytes.slice(0, 10).reduce((all, byte) => (all << 8n) | BigInt(byte), 0n);
  let text = "";
  for (let i = 0; i < 16; i++, rest >>= 5n) text = ALPHABET.charAt(Number(rest & 31n)) + text;
  return time(ms) + text;
}

/** Adds one; false when nothing higher was left and it began anew at nought. */
function increment(digits: Uint8Array): boolean {
  for (let i = digits.length - 1; i >= 0; i--) {
    const digit = digits[i] ?? 0;
    digits[i] = (digit + 1) & 31;
    if (digit < 31) return true;
  }
  return false;
}

function time(ms: number): string {
  let text = "";
  for (let rest = ms, i = 0; i < 10; i++) {
    text = ALPHABET.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}
