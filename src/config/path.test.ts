import { expect, test } from "bun:test";
import posix from "node:path/posix";
import fc from "fast-check";
import { basename, dirname, join, resolve } from "./path.ts";

const part = fc.array(fc.constantFrom("/", "/", ".", "..", "a", "b c", "é", ""), { maxLength: 6 }).map((pieces) => pieces.join(""));
/** node:path keeps a slash at the end, which is nothing to us. */
const trimmed = (path: string) => (path.length > 1 ? path.replace(/\/$/, "") : path);

test("`join()`, `resolve()`, `dirname()` and `basename()` give what node:path gives", () => {
  const law = fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
    expect(join(...parts)).toBe(trimmed(posix.join(...parts)));
    const path = resolve(...parts);
    expect(path).toBe(posix.resolve(...parts));
    expect([dirname(path), basename(path)]).toEqual([posix.dirname(path), posix.basename(path)]);
  });
  fc.assert(law, { numRuns: 2_000 });
});

test("`dirname()` of a path of one step is the working directory", () => expect(dirname("a")).toBe("."));
