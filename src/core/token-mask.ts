const BITS = 48;
const HALF = 2 ** 24;

/** One of 48 bits for a word, the same everywhere and for ever: it is stored (FNV-1a, draft-eastlake-fnv). */
function bitOf(token: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < token.length; i++) hash = Math.imul(hash ^ token.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % BITS;
}

/** The bits of a set of words, as a whole number below 2^48. */
export function maskOf(tokens: Iterable<string>): number {
  let [high, low] = [0, 0];
  for (const token of tokens) {
    const bit = bitOf(token);
    if (bit < 24) low |= 1 << bit;
    else high |= 1 << (bit - 24);
  }
  return high * HALF + low;
}

/** Tells how many of `tokens` a set of words with a given mask may have at most: none that it has is missed. */
export function mayHave(tokens: Iterable<string>): (mask: number) => number {
  const counts: [half: "high" | "low", bit: number][] = [...tokens].map((token) => {
    const bit = bitOf(token);
    return bit < 24 ? ["low", 1 << bit] : ["high", 1 << (bit - 24)];
  });
  return (mask) => {
    const halves = { high: Math.floor(mask / HALF), low: mask % HALF };
    let count = 0;
    for (const [half, bit] of counts) if ((halves[half] & bit) !== 0) count += 1;
    return count;
  };
}
