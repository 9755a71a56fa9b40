import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formerOf, keepAs, putInPlace, writeWhole } from "./durable-files.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kata-files-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const path = () => join(folder, "a.txt");
const read = () => readFileSync(path(), "utf8");
const write = (text: string) => (temporary: string) => Promise.resolve(writeFileSync(temporary, text));

test("`writeWhole()` makes a file for its user alone, which appears when it is whole", async () => {
  const told = await writeWhole(path(), { over: false }, async (temporary) => {
    writeFileSync(temporary, "half");
    expect(readdirSync(folder)).not.toContain("a.txt");
    writeFileSync(temporary, "whole");
    return 7;
  });
  expect([told, read(), statSync(path()).mode & 0o777]).toEqual([7, "whole", 0o600]);
  expect(readdirSync(folder)).toEqual(["a.txt"]);
});

test("`writeWhole()` takes another file's place only where it may, and leaves it when the writing fails", async () => {
  writeFileSync(path(), "first");
  await expect(writeWhole(path(), { over: false }, write("second"))).rejects.toMatchObject({ code: "EEXIST" });
  await expect(writeWhole(path(), { over: true }, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(read()).toBe("first");
  await writeWhole(path(), { over: true }, write("second"));
  expect(read()).toBe("second");
  expect(readdirSync(folder)).toEqual(["a.txt"]);
});

test("`putInPlace()` does not take the place of a file that came meanwhile", () => {
  writeFileSync(join(folder, "b.txt"), "mine");
  writeFileSync(path(), "theirs");
  expect(() => putInPlace(join(folder, "b.txt"), path(), false)).toThrow("EEXIST");
  expect(read()).toBe("theirs");
});

test("`keepAs()` keeps what a file says under a second name, which must be free", async () => {
  writeFileSync(path(), "first");
  const kept = formerOf(path(), "2026-03-01T12:00:00.000Z");
  expect(kept).toBe(`${path()}.bak.20260301T120000Z`);
  keepAs(path(), kept);
  await writeWhole(path(), { over: true }, write("second"));
  expect([readFileSync(kept, "utf8"), read()]).toEqual(["first", "second"]);
  expect(() => keepAs(path(), kept)).toThrow("EEXIST");
  expect(formerOf(path(), "2026-03-01T12:00:00.000Z")).toBe(`${kept}-2`);
});
