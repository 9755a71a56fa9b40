import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Glob } from "bun";
import { binary } from "./binary.ts";
import listed from "./conformance/later.json" with { type: "json" };
import overruled from "./conformance/overruled.json" with { type: "json" };

const later: readonly { case: string; issue: string }[] = listed;

type Outcome = { failed: Map<string, string>; counted: number };

const FOLDER = join(import.meta.dir, "conformance");
const PATIENCE_MS = 120_000;

/** Runs one of the runners, and reads which cases failed, and how. */
async function conform(args: readonly string[], failure: RegExp): Promise<Outcome> {
  const runner = Bun.spawn([process.execPath, ...args], { cwd: FOLDER, stdio: ["ignore", "pipe", "inherit"], timeout: PATIENCE_MS });
  const output = await runner.stdout.text();
  await runner.exited;
  const failed = new Map<string, string>();
  for (const part of output.split(/^(?=FAIL)/m)) {
    const name = failure.exec(part)?.[1];
    if (name !== undefined) failed.set(name, part.trimEnd());
  }
  const [, passes, failures] = /^(\d+) passed, (\d+) failed$/m.exec(output) ?? [];
  return { failed, counted: Number(passes) + Number(failures) };
}

function caseNames(files: readonly string[]): string[] {
  return files
    .map((file) => JSON.parse(readFileSync(join(FOLDER, file), "utf8")) as { name: string } | { name: string }[])
    .flat()
    .map(({ name }) => name);
}

/** One test for each case; one that waits for later work must fail until then. */
function report(what: string, files: readonly string[], run: () => Promise<Outcome>): void {
  const names = caseNames(files);
  const waiting = names.filter((name) => later.some((entry) => entry.case === name));
  let outcome: Promise<Outcome> | undefined;
  const ran = () => (outcome ??= run());
  test(
    "every case is run",
    async () => {
      const { counted, failed } = await ran();
      console.log(`conformance, ${what}: ${counted - failed.size} of ${names.length} cases passed; ${waiting.length} wait for later work`);
      expect(counted).toBe(names.length);
    },
    PATIENCE_MS,
  );
  for (const name of names) {
    const waits = later.find((entry) => entry.case === name);
    test(
      waits ? `${name}: waits for "${waits.issue}"` : name,
      async () => {
        const fault = (await ran()).failed.get(name);
        if (waits) expect(fault, "it passes: take it off later.json").toBeDefined();
        else if (fault !== undefined) throw new Error(fault);
      },
      PATIENCE_MS,
    );
  }
}

const http = [...new Glob("cases/*.json").scanSync(FOLDER)].sort();
const cli = [...new Glob("cli/*.json").scanSync(FOLDER)].sort();

describe("HTTP", () => {
  const command = `${binary()} daemon start --foreground --listen {addr}`;
  report("HTTP", http, () => conform(["run.ts", "--daemon-cmd", command, ...http], /^FAILED (.+)/));
});

describe("command line", () => {
  const run = (files: readonly string[]) =>
    conform(["cli.ts", "--bin", binary(), "--overrule", "overruled.json", ...files], /^FAIL \S+: (.+)/);
  report("command line", cli, async () => {
    const halves = await Promise.all([0, 1].map((rest) => run(cli.filter((_, i) => i % 2 === rest))));
    return {
      failed: new Map(halves.flatMap(({ failed }) => [...failed])),
      counted: halves.reduce((sum, { counted }) => sum + counted, 0),
    };
  });
});

test("each case that waits or is overruled is there, with a reason", () => {
  const names = new Set(caseNames([...http, ...cli]));
  const entries = [
    ...later.map((entry) => [entry.case, entry.issue] as const),
    ...overruled.map((entry) => [entry.case, entry.reason] as const),
  ];
  expect(entries.filter(([name, reason]) => !names.has(name) || reason === "")).toEqual([]);
});
