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
  [["new", "x"], "kata create"],
  [["label", "remove", "abc4", "bug"], "kata label rm"],
  [["label", "abc4", "bug"], "kata help label"],
  [["projects", "nope"], "kata help projects"],
  [["help", "label", "nope"], "kata help label"],
  [["list", "--nope"], "kata help list"],
  [["edit", "abc4", "--label", "bug"], "kata label add"],
  [["--version"], "kata version"],
  [["--nope"], "kata help"],
  [["--", "create", "x"], "Put -- after"],
  [["list", "--limit"], "--limit N: at most so many"],
  [["list", "--limit", "x"], "--limit N: at most so many"],
  [["list", "--json=maybe"], "--json by itself"],
  [["help", "list", "--nope"], "kata help"],
])("`readCommand()` says what %j was meant to be, or where to look", (argv, meant) => {
  const found = read(argv);
  expect("error" in found && { kind: found.error.kind, hint: found.error.hint }).toEqual({
    kind: "usage",
    hint: expect.stringContaining(meant),
  });
});

test("a refusal never suggests to take something away for what may have been a typing error", () => {
  for (const argv of [["label", "ls"], ["rm"], ["projects", "rm"]]) {
    const found = read(argv);
    expect("error" in found && found.error.hint).not.toMatch(/`kata (?:label rm|delete|purge|projects remove)/);
  }
});

test("what people guess is never the name of a command, and stands for one only", () => {
  const names = new Set(commands.flatMap(({ name, aliases = [] }) => [name, name.split(" ")[0], ...aliases]));
  const guesses = commands.flatMap((command) => command.guesses ?? []);
  expect(guesses.filter((guess) => names.has(guess))).toEqual([]);
  expect(new Set(guesses).size).toBe(guesses.length);
});

test.each(["true", "1", "T", "TRUE"])("`readCommand()` takes --json=%s as --json, and -q=%s as -q", (yes) => {
  expect(read(["list", `--json=${yes}`, `-q=${yes}`])).toMatchObject({ values: { json: true, quiet: true } });
});
