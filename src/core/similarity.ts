import { isBlank } from "./text.ts";

const STOP_WORDS = new Set("a an and are as at be by for from has have in is it of on or that the this to was were will with".split(" "));
const SUFFIXES = ["ing", "ed", "es", "s"];
/** Of a body only so much is compared. */
const BODY_CODE_POINTS = 500;
const TITLE_SHARE = 0.6;

/** From this score on, a new issue looks like one that is there (data-model.md §6). */
export const LOOKALIKE = 0.7;
/** A score of 0.7 needs titles that share this much: 0.6 · title + 0.4 · body ≥ 0.7, and no body counts more than 1. */
export const LEAST_TITLE_SHARE = (LOOKALIKE - (1 - TITLE_SHARE)) / TITLE_SHARE;

const utf8 = new TextEncoder();

/** The words of a text that count for likeness: folded, without stop-words and common endings (data-model.md §6). */
export function tokensOf(text: string): Set<string> {
  const found = new Set<string>();
  for (const [word] of text
    .normalize("NFC")
    .toLowerCase()
    .matchAll(/[\p{L}\p{Nd}]+/gu)) {
    if (isShort(word) || STOP_WORDS.has(word)) continue;
    const suffix = SUFFIXES.find((ending) => word.endsWith(ending) && isLonger(word, ending.length + 1)) ?? "";
    const stem = word.slice(0, word.length - suffix.length);
    if (!isShort(stem)) found.add(stem);
  }
  return found;
}

/** Whether a word has more than so many bytes of UTF-8. */
const isLonger = (word: string, bytes: number): boolean => word.length > bytes || utf8.encode(word).length > bytes;

/** Whether a word has less than two code points. */
const isShort = (word: string): boolean => word.length < 2 || (word.length === 2 && (word.codePointAt(0) ?? 0) > 0xffff);

export type Words = { title: ReadonlySet<string>; body: ReadonlySet<string> };

export function wordsOf(issue: { title: string; body: string }): Words {
  const { title, body } = issue;
  const start =
    body.length <= BODY_CODE_POINTS
      ? body
      : Array.from(body.slice(0, 2 * BODY_CODE_POINTS))
          .slice(0, BODY_CODE_POINTS)
          .join("");
  return { title: tokensOf(title), body: tokensOf(start) };
}

/** Whether anything may be so much like an issue: without words in both bodies no score reaches the bar, since the title alone counts 0.6. */
export const mayBeAlike = ({ body }: { body: string }): boolean => !isBlank(body);

/** How alike two issues are, from 0 to 1: 0.6 of it by their titles, 0.4 by the start of their bodies. */
export function likeness(a: Words, b: Words): number {
  return TITLE_SHARE * jaccard(a.title, b.title) + (1 - TITLE_SHARE) * jaccard(a.body, b.body);
}

/** The share of common words (Jaccard), from 0 to 1; 0 when either side has none. */
export function jaccard(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  if (a.size === 0 || b.size === 0) return 0;
  let common = 0;
  for (const word of a) if (b.has(word)) common += 1;
  return common / (a.size + b.size - common);
}
