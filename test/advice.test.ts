import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Glob } from "bun";
import { globalFlags } from "../src/cli/command.ts";
import { commands } from "../src/cli/commands.ts";
import { readCommand } from "../src/cli/read.ts";
import { LocalError } from "../src/core/error.ts";
import { binary } from "./binary.ts";
import { workspace } from "./workspace.ts";

const root = join(import.meta.dir, "..");

/** The words of a line as a shell would split them: quotes, a comment at the end, and where the output goes. */
function wordsOf(line: string): string[] {
  const plain = line.replace(/\s+#\s.*$| {3,}\S.*$/, "").replaceAll("\\`", "`");
  const words: string[] = [];
  for (const [, double, single, bare] of plain.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g)) {
    if (bare !== undefined && /^(?:[|>]|>>|&&)$/.test(bare)) break;
    words.push(double ?? single ?? bare ?? "");
  }
  return words;
}

/** What is wrong with a command line that we advise; undefined when kata would take it. */
function faultOf(line: string): string | undefined {
  try {
    readCommand(wordsOf(line).slice(1), commands, globalFlags, { json: false });
    return undefined;
  } catch (error) {
    // A placeholder where a number stands is advice too.
    if (error instanceof LocalError && /must be a whole number, not "[A-Z]/.test(error.message)) return undefined;
    return `${line}: ${String(error)}`;
  }
}

test("every command line in the docs is one that kata takes", async () => {
  const faults: (string | undefined)[] = [];
  for (const file of ["README.md", "src/cli/quickstart.txt", ...new Glob("docs/*.md").scanSync(root)]) {
    const text = (await Bun.file(join(root, file)).text()).replaceAll(/\\\n\s*/g, " ");
    for (const [, line = ""] of text.matchAll(/^ {4}(kata .*)$/gm)) faults.push(faultOf(line));
  }
  expect(faults.length).toBeGreaterThan(30);
  expect(faults.filter(Boolean)).toEqual([]);
});

test("every command that a message or hint advises is one that kata takes", async () => {
  const faults: (string | undefined)[] = [];
  for (const file of new Glob("src/**/*.ts").scanSync(root)) {
    if (file.endsWith(".test.ts")) continue;
    const text = await Bun.file(join(root, file)).text();
    for (const [, line = ""] of text.matchAll(/\\?`(kata [a-z][^`\\]*)\\?`/g)) {
      // Text that the program fills in stands for one word.
      const filled = line.replaceAll(/\$\{[^}]*\}?/g, "abc4");
      if (!/^kata (?:[A-Z]|\S*\$|help )/.test(line)) faults.push(faultOf(filled));
    }
  }
  expect(faults.length).toBeGreaterThan(5);
  expect(faults.filter(Boolean)).toEqual([]);
});

test("the first five minutes of the README run as they stand there", async () => {
  await using kata = await workspace({ project: false });
  const readme = await Bun.file(join(root, "README.md")).text();
  const section = readme.split("## The first five minutes")[1]?.split("\n## ")[0] ?? "";
  const lines = Array.from(section.replaceAll(/\\\n\s*/g, " ").matchAll(/^ {4}(kata .*)$/gm), ([, line = ""]) => line);
  expect(lines.length).toBeGreaterThan(10);
  // From here on the workspace knows of the daemon that the lines below start, and ends it.
  expect((await kata`daemon status`).stdout).toBe("no daemon running\n");
  const names = ["abc4", "def7"];
  const refs = new Map<string, string>();
  for (const line of lines.filter((each) => !each.includes("--tail"))) {
    const real = line.replaceAll(/\b(?:abc4|def7)\b/g, (name) => refs.get(name) ?? name);
    const { exitCode, stdout, stderr } = Bun.spawnSync(["bash", "-c", real.replace(/^kata /, `${binary()} `)], {
      cwd: kata.dir,
      env: kata.env,
    });
    expect([real, exitCode, stderr.toString()]).toEqual([real, 0, ""]);
    if (real.startsWith("kata create ")) refs.set(names.shift() ?? "", stdout.toString().split(" ")[0] ?? "");
  }
  expect((await kata`list`).stdout).toBe("");
});

test("every example in the help runs", async () => {
  await using kata = await workspace({ project: "tools" });
  const refs = new Map<string, string>();
  for (const name of ["abc4", "def5", "def7", "ghj8", "kmn9", "pqr2", "xyz9"]) {
    refs.set(name, (await kata`create ${`The issue ${name}`} --json`).json<{ issue: { short_id: string } }>().issue.short_id);
  }
  for (const file of ["notes.md", "findings.md"]) await Bun.write(join(kata.dir, file), "Some notes.\n");
  for (const name of ["old-tools", "spare"]) {
    mkdirSync(join(kata.dir, "..", name));
    await kata.run(["init", "--project", name], { cwd: join(kata.dir, "..", name) });
  }
  const others = join(kata.home, "others");
  mkdirSync(others);
  for (const [program, says] of [
    ["bd", ""],
    ["gh", "[]"],
  ] as const)
    writeFileSync(join(others, program), `#!/bin/sh\necho '${says}'\n`, { mode: 0o755 });
  kata.env["PATH"] = `${others}:${kata.env["PATH"]}`;
  const endless = /--tail|--foreground/;
  for (const { name, examples = [] } of commands) {
    for (const example of examples.filter((line) => !endless.test(line))) {
      const line = example.replaceAll(/\b(?:abc4|def5|def7|ghj8|kmn9|pqr2|xyz9)\b/g, (found) => refs.get(found) ?? found);
      const ran = Bun.spawnSync(["bash", "-c", line.replaceAll(/^kata |(?<=[|&;] )kata /g, `${binary()} `)], {
        cwd: kata.dir,
        env: kata.env,
      });
      expect([name, line, ran.exitCode, ran.stderr.toString()]).toEqual([name, line, 0, expect.any(String)]);
    }
  }
});
