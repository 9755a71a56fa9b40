import { expect, test } from "bun:test";
import fc from "fast-check";
import { dashed, type Flag } from "../../src/cli/args.ts";
import { globalFlags } from "../../src/cli/command.ts";
import { commands } from "../../src/cli/commands.ts";
import { fuzzOf } from "../fuzz.ts";
import { type Workspace, workspace } from "../workspace.ts";

const { seconds, params } = fuzzOf("command lines", 5);

/** A refusal in text, after what was noticed before it. */
const REFUSAL = /(?:^|\n)kata: \S[^\n]*(?:\n  [^\n]*)*(?:\nHint: \S[^\n]*)?\n$/;
const FAULT = /Something went wrong inside kata|fault of kata|^\s+at .*:\d+/m;

/** These go on until they are told to stop. */
const ENDLESS = new Set(["--tail", "--foreground"]);

const any = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const often = <T>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ arbitrary: usual, weight: 9 }, { arbitrary: rare, weight: 1 });

const odd = fc.oneof(
  any(
    "",
    " ",
    "-",
    "--",
    "-1",
    "\n",
    "\u202e",
    "é",
    "😀",
    "x".repeat(5_000),
    "__proto__",
    "constructor",
    "a\nb",
    "\u001b[31m",
    "${HOME}",
    "%s",
  ),
  fc.string({ unit: "binary" }).map((text) => text.toWellFormed().replaceAll(/\0|\//g, "")),
);

/** A value for a flag or a word of this name. Whatever names a place stays within the workspace. */
const named: Readonly<Record<string, fc.Arbitrary<string>>> = {
  workspace: any(".", "nowhere", "x".repeat(5_000)),
  body_file: any(".kata.toml", "nowhere", "."),
  token_file: any("token.txt", ".", "no/where"),
  ref: any("REF", "demo#REF", "zzzz", "nowhere#abc4", "01ARZ3NDEKTSV4RRFFQ69G5FAV"),
  project: any("demo", "other", "nowhere"),
  actor: any("ann", "ada"),
  label: any("bug", "ui", "Not a label"),
  since: any("1h", "7d", "2026-03-01T00:00:00Z"),
  until: any("1h", "2099-01-01T00:00:00Z"),
  reason: any("done", "wontfix"),
  message: any("The cookie was dropped by a redirect; it is sent again now"),
  evidence: any("commit:1a2b3c4", "pr:https://example.org/1", "no-change-audit:looked at it"),
  confirm: any("DELETE demo#REF", "PURGE demo#REF", "yes"),
  selector: any("demo", "1", "other"),
  listen: any("127.0.0.1:0", "unix:", "0.0.0.0:1", "localhost:1"),
  daemon: any("local", "nowhere"),
};

function valueFor(name: string, kind: Flag["kind"] | "word"): fc.Arbitrary<string> {
  if (kind === "number") return often(fc.integer({ min: -1, max: 9 }).map(String), odd);
  const own = named[name] ?? (kind === "list" ? named["ref"] : undefined) ?? any("Fix the login", "demo", "1");
  return name === "workspace" ? own : often(own, odd);
}

function flagArbitrary([name, flag]: [string, Flag]): fc.Arbitrary<string[]> {
  const given = dashed(name);
  if (flag.kind === "switch") return any([given], [given], [`${given}=true`], [`${given}=maybe`]);
  const value = valueFor(name, flag.kind);
  return fc.oneof(
    value.map((text) => [given, text]),
    value.map((text) => [`${given}=${text}`]),
  );
}

const globals = Object.entries(globalFlags as Readonly<Record<string, Flag>>).map(flagArbitrary);

/** A command line: the command's own words and flags mostly, and what does not belong there now and then. */
const line = fc.oneof(
  ...commands.map(({ name, words, flags }) => {
    const own = Object.entries(flags).filter(([flag]) => !ENDLESS.has(dashed(flag)));
    const wordsOf = fc.tuple(...words.map((word) => valueFor(word.replace(/\W+$/, ""), "word"))).map((list) => list.map((text) => [text]));
    const flagsOf = own.length === 0 ? any<string[][]>([]) : fc.array(fc.oneof(...own.map(flagArbitrary)), { maxLength: 4 });
    const others = often(
      any<string[][]>([]),
      fc.array(
        fc.oneof(
          ...globals,
          odd.map((text) => [text]),
        ),
        { maxLength: 2 },
      ),
    );
    return fc
      .tuple(often(wordsOf, any<string[][]>([])), flagsOf, others, any(false, true))
      .map(([first, second, third, isJson]) => [
        ...(isJson ? ["--json"] : []),
        ...name.split(" "),
        ...[...first, ...second, ...third].flat(),
      ]);
  }),
  fc.array(odd, { maxLength: 4 }),
);

test(
  "no command line makes kata fail: it ends with a code that is documented, and a refusal is one message",
  async () => {
    await using kata = await workspace();
    const codes = new Map<number, number>();
    let ran = 0;
    let names = { project: "", ref: "" };
    const property = fc.asyncProperty(line, async (words) => {
      if (ran++ % 40 === 0) names = await settle(kata, `demo${ran}`);
      const argv = words.map((word) => word.replaceAll("REF", names.ref).replaceAll("demo", names.project));
      const { exit, stdout, stderr } = await kata.run(argv);
      codes.set(exit, (codes.get(exit) ?? 0) + 1);
      expect(exit).toBeWithin(0, 9);
      expect(stderr).not.toMatch(FAULT);
      if (exit === 0) {
        if (argv[0] === "--json" && stdout !== "") expect(JSON.parse(stdout)).toMatchObject({ kata_api_version: 1 });
        return;
      }
      const [last = ""] = stderr.trimEnd().split("\n").slice(-1);
      if (!last.startsWith("{")) return expect(stderr).toMatch(REFUSAL);
      expect(JSON.parse(last)).toMatchObject({
        error: { kind: expect.any(String), message: expect.stringMatching(/\S/), exit_code: exit },
      });
    });
    await fc.assert(property, params);
    console.log(
      `exit codes: ${[...codes]
        .sort(([a], [b]) => a - b)
        .map(([code, times]) => `${code} (${times})`)
        .join(", ")}`,
    );
  },
  (seconds + 60) * 1_000,
);

/** The workspace with a project and an issue to speak of, whatever was done to the last ones. */
async function settle(kata: Workspace, project: string): Promise<{ project: string; ref: string }> {
  await kata`daemon stop`;
  expect(await kata`init --project ${project} --replace --reassign`).toMatchObject({ exit: 0, stderr: "" });
  return { project, ref: (await kata`create "Fix the login" -q`).stdout.trim() };
}
