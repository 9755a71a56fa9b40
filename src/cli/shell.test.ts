import { expect, test } from "bun:test";
import fc from "fast-check";
import { lineSafe } from "../core/text.ts";
import { shellWords } from "./shell.ts";

test("`shellWords()` writes words that a shell reads back, on one line that is shown as it is", () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("'", "\\", "\n", "0", "a", "$HOME", "`id`", "!", "\u200d", "é", "-"),
  );
  const word = fc.array(piece).map((pieces) => pieces.join("").replaceAll("\0", "").toWellFormed());
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (words) => {
      const line = shellWords(words);
      expect(lineSafe(line)).toBe(line);
      const { stdout } = Bun.spawnSync(["bash", "-c", `printf '%s\\0' ${line}`], { env: { LC_ALL: "C.UTF-8" } });
      expect(stdout.toString()).toBe(words.map((each) => `${each}\0`).join(""));
    }),
    { numRuns: 100 },
  );
});

test("`shellWords()` leaves plain words as they are", () => {
  expect(shellWords(["kata", "create", "Fix it", "--label=a,b", "it's", "a\nb"])).toBe(
    String.raw`kata create 'Fix it' --label=a,b 'it'\''s' $'a\012b'`,
  );
});
