import { mulberry32 } from "../test/random.ts";

/** Texts like those of a tracker: words by Zipf's law from a vocabulary, the same in each run. */
export type Draft = { title: string; body: string };
export type Corpus = { draft(): Draft; rare: string; common: string };

const WORDS = 5_000;
const SYLLABLES = "ba ce di fo gu ha je ki lo mu na pe qui ro su ta ve wi xo zu".split(" ");

export function corpus(seed = 1): Corpus {
  const random = mulberry32(seed);
  const below = (n: number) => Math.floor(random() * n);
  const vocabulary = [...new Set(Array.from({ length: 2 * WORDS }, () => word(2 + below(2), below)))].slice(0, WORDS);
  const sums: number[] = [];
  vocabulary.forEach((_, rank) => sums.push((sums[rank - 1] ?? 0) + 1 / (rank + 2.7)));
  const total = sums.at(-1) ?? 1;
  const pick = () => vocabulary[firstAbove(sums, random() * total)] ?? "";
  const text = (words: number) => Array.from({ length: words }, pick).join(" ");
  return {
    draft: () => ({ title: text(5 + below(4)), body: text(40) }),
    rare: vocabulary.at(-50) ?? "",
    common: vocabulary[0] ?? "",
  };
}

const word = (syllables: number, below: (n: number) => number) =>
  Array.from({ length: syllables }, () => SYLLABLES[below(SYLLABLES.length)]).join("");

function firstAbove(sums: readonly number[], x: number): number {
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] ?? 0) < x) low = middle + 1;
    else high = middle;
  }
  return low;
}
