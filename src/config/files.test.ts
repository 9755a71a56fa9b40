import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isFile, isFolder, isThere, namesIn, readAhead, textAt } from "./files.ts";

let root: string;
const at = (name: string) => join(root, name);

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "kata-files-"));
  mkdirSync(at("folder"));
  writeFileSync(at("file"), "text ü\n");
  writeFileSync(at("empty"), "");
  symlinkSync(at("file"), at("link"));
  symlinkSync(at("folder"), at("link to folder"));
  symlinkSync(at("nowhere"), at("broken link"));
});
afterAll(() => rmSync(root, { recursive: true }));

test.each([
  ["file", "file"],
  ["empty", "file"],
  ["link", "file"],
  ["folder", "folder"],
  ["link to folder", "folder"],
  ["broken link", "nothing"],
  ["nowhere", "nothing"],
  ["nowhere/nowhere", "nothing"],
  ["file/nowhere", "nothing"],
])("`isThere()`, `isFile()` and `isFolder()` tell of %p that it is a %s", (name, kind) => {
  expect([isThere(at(name)), isFile(at(name)), isFolder(at(name))]).toEqual([kind !== "nothing", kind === "file", kind === "folder"]);
});

test("`textAt()` gives a text, undefined where there is no file, and says why one can't be read", () => {
  expect([textAt(at("file")), textAt(at("empty")), textAt(at("nowhere")), textAt(at("file/nowhere"))]).toEqual([
    "text ü\n",
    "",
    undefined,
    undefined,
  ]);
  expect(() => textAt(at("folder"))).toThrow("EISDIR");
});

test("`readAhead()` gives texts, and `textAt()` gives each once before it reads anew", async () => {
  writeFileSync(at("told"), "before");
  expect(await readAhead([at("told"), at("nowhere"), at("folder")])).toEqual(["before", undefined, undefined]);
  writeFileSync(at("told"), "after");
  expect([textAt(at("told")), textAt(at("told"))]).toEqual(["before", "after"]);
  expect(textAt(at("nowhere"))).toBeUndefined();
  expect(() => textAt(at("folder"))).toThrow("EISDIR");
});

test("`namesIn()` lists a folder, and nothing where there is none", () => {
  expect(namesIn(root)).toContain("link to folder");
  expect([namesIn(at("folder")), namesIn(at("nowhere")), namesIn(at("file"))]).toEqual([[], [], []]);
});
