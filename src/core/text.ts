/** Whether there is nothing but white space, by Unicode's notion of it: `trim` does not know NEL. */
export function isBlank(text: string): boolean {
  return text.replaceAll("\u0085", "").trim() === "";
}

/** Of all spaces only the common one can be told from it. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]|(?! )\p{Zs}/u;

/** Whether every character can be seen, or is a common space. */
export function isPrintable(text: string): boolean {
  return !UNPRINTABLE.test(text);
}

const ESC = "\u001b";
const BEL = "\u0007";
/** CSI, OSC, the other strings, and whatever else an escape begins (ECMA-48 §5.3 to §5.6). */
const ESCAPES = new RegExp(
  [
    `${ESC}\\[[0-?]*[ -/]*[@-~]`,
    `${ESC}\\][^${BEL}${ESC}]*(?:${BEL}|${ESC}\\\\)?`,
    `${ESC}[PX^_][^${ESC}]*(?:${ESC}\\\\)?`,
    `${ESC}.`,
  ].join("|"),
  "g",
);
const CONTROLS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

const isPlain = (text: string): boolean => /^[ -~]*$/.test(text);

/** Foreign text for one line of a terminal: no escape sequence, control or bidi character survives (cli.md, top). */
export function lineSafe(text: string): string {
  if (isPlain(text)) return text;
  return text.replace(ESCAPES, "").replaceAll("\r\n", "\\n").replaceAll("\n", "\\n").replaceAll("\t", " ").replace(CONTROLS, "");
}

/** Foreign text for a block of a terminal: as `lineSafe`, but lines and tabs stay. */
export function blockSafe(text: string): string {
  return text
    .replace(ESCAPES, "")
    .replaceAll("\r\n", "\n")
    .replace(CONTROLS, (found) => (found === "\n" || found === "\t" ? found : ""));
}

/** How many edits lead from one word to the other; two neighbours changing places are one (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, i) => i)];
  const at = (i: number, j: number) => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i++) {
    rows[i] = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY;
      rows[i]?.push(Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + same, swapped));
    }
  }
  return at(a.length, b.length);
}

/** The candidate that was most likely meant, if any is near enough. */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  const near = candidates
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= Math.max(1, Math.floor(Math.max(word.length, candidate.length) / 3)))
    .sort((a, b) => a.distance - b.distance);
  return near[0]?.candidate ?? candidates.find((candidate) => word.length >= 3 && candidate.startsWith(word));
}
