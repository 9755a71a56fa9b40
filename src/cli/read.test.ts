import { expect, test } from "bun:test";
import fc from "fast-check";
import { LocalError } from "../core/error.ts";
import { dashed } from "./args.ts";
import { globalFlags } from "./command.ts";
import { commands } from "./commands.ts";
import { readCommand } from "./read.ts";

function read(argv: readonly string[]) {
  const state = { json: false };
  try {
    return { ...readCommand(argv, commands, globalFlags, state), state };
  } catch (error) {
    if (error instanceof LocalError) return { error, state };
    throw error;
  }
}

const flagNames = [...new Set([...commands.flatMap(({ flags }) => Object.keys(flags)), ...Object.keys(globalFlags)])].map(dashed);
const word = fc.oneof(
  fc.constantFrom(...commands.flatMap(({ name }) => name.split(" "))),
  fc.constantFrom(...flagNames),
  fc.tuple(fc.constantFrom(...flagNames), fc.string()).map(([flag, text]) => `${flag}=${text}`),
  fc.constantFrom(
    "--",
    "-",
    "",
    "-q",
    "-h",
    "-1",
    "--json",
    "--json=false",
    "--no",
    "--=",
    "-=",
    "help",
    "__proto__",
    "--__proto__",
    "--constructor",
  ),
  fc.string({ unit: "binary" }),
);

test("`readCommand()` takes any command line: it reads it, or refuses it as a usage or validation error", () => {
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), (argv) => {
      const found = read(argv);
      if ("error" in found) expect(["usage", "validation"]).toContain(found.error.kind);
      else expect("help" in found || "command" in found).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test("`readCommand()` takes words after -- as they stand", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (title) => {
      expect(read(["create", "--", title])).toMatchObject({ values: { title } });
    }),
  );
});

test("`readCommand()` takes the same flag as two words or one", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const values = { title: "x", body: text };
      expect(read(["create", "x", `--body=${text}`])).toMatchObject({ values });
      expect(read(["create", "x", "--body", text])).toMatchObject({ values });
    }),
  );
});

test.each([
  [["lst"], "kata list"],
  [["create", "x", "--lable", "bug"], "--label"],
  [["daemon", "strat"], "kata daemon start"],
])("`readCommand()` suggests what %j was meant to be", (argv, meant) => {
  expect(read(argv)).toMatchObject({ error: { kind: "usage", hint: expect.stringContaining(meant) } });
});
