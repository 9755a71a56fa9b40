import { expect, test } from "bun:test";
import { checkProjectName } from "./project.ts";

test("`checkProjectName()` trims, and takes what fits into a ref", () => {
  expect(checkProjectName("  my tools ")).toBe("my tools");
  expect(checkProjectName("😀".repeat(200))).toHaveLength(400);
});

test.each([
  [" ", "must not be blank"],
  ["a#b", "must not contain #"],
  ["a\nb", "can't be printed"],
  ["x".repeat(201), 'name: "xxxxxxxxxxxxxxxxxxxx…" has 201 characters, and may have 200'],
])("`checkProjectName()` refuses %j", (name, message) => {
  expect(() => checkProjectName(name)).toThrow(message);
});
