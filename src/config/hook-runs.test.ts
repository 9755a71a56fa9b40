import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { linesBackward, runsFiles } from "./hook-runs.ts";

const folder = mkdtempSync(join(tmpdir(), "kata-runs-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("`linesBackward()` gives every line, from the last to the first, however the pieces fall", () => {
  const path = join(folder, "lines");
  const line = fc
    .tuple(fc.constantFrom(1, 20, 3_000, 70_000), fc.string({ minLength: 1, maxLength: 5, unit: "grapheme" }))
    .map(([times, text]) => text.replaceAll(/[\r\n]/g, "x").repeat(times));
  fc.assert(
    fc.property(fc.array(line, { maxLength: 40 }), fc.boolean(), (lines, ended) => {
      const text = lines.map((each) => `${each}\n`).join("");
      writeFileSync(path, ended ? text : text.slice(0, -1));
      expect([...linesBackward(path)]).toEqual(lines.toReversed());
      expect([...linesBackward(path, Buffer.byteLength(lines.slice(0, 2).join("\n")))]).toEqual(lines.slice(0, 2).toReversed());
    }),
    { numRuns: 50 },
  );
  expect([...linesBackward(join(folder, "absent"))]).toEqual([]);
});

test("`runsFiles()` lists what has runs from young to old, and nothing else", () => {
  const runs = join(folder, "runs");
  expect(runsFiles(runs)).toEqual([]);
  for (const name of ["runs.jsonl", "runs.jsonl.1", "runs.jsonl.2", "runs.jsonl.10"]) Bun.spawnSync(["mkdir", "-p", join(runs, name)]);
  for (const name of ["runs.jsonl.0", "runs.jsonl.x", "output"]) Bun.spawnSync(["mkdir", "-p", join(runs, name)]);
  expect(runsFiles(runs).map((path) => path.slice(runs.length + 1))).toEqual([
    "runs.jsonl",
    "runs.jsonl.1",
    "runs.jsonl.2",
    "runs.jsonl.10",
  ]);
});
