import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binary } from "./binary.ts";
import { emptyProgram } from "./empty-program.ts";
import { type Workspace, workspace } from "./workspace.ts";

const RUNS = 15;
/** Bounds that a busy machine keeps too; the figures that are aimed at stand in bench/. */
const VERSION_MS = 10;
const LIST_MS = 25;

let kata: Workspace;
let empty: string;
let folder: string;

beforeAll(async () => {
  kata = await workspace();
  await kata`create "fix login"`;
  folder = mkdtempSync(join(tmpdir(), "kata-empty-"));
  empty = await emptyProgram(folder);
}, 30_000);

afterAll(async () => {
  await kata[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** The median wall times of some commands, run in turn so that what else the machine does meets all alike. */
function medians(commands: readonly (readonly string[])[]): number[] {
  const times = commands.map((): number[] => []);
  for (let run = 0; run <= RUNS; run++) {
    commands.forEach((command, i) => {
      const from = Bun.nanoseconds();
      const { exitCode } = Bun.spawnSync([...command], { cwd: kata.dir, env: kata.env, stdio: ["ignore", "ignore", "ignore"] });
      const took = (Bun.nanoseconds() - from) / 1e6;
      if (exitCode !== 0) throw new Error(`${command.join(" ")} ended with ${exitCode}`);
      if (run > 0) times[i]?.push(took);
    });
  }
  return times.map((all) => all.sort((a, b) => a - b)[RUNS >> 1] ?? Infinity);
}

test("`kata version` and a warm `kata list` start within their budget", () => {
  const [floor = 0, version = 0, list = 0] = medians([[empty], [binary(), "version"], [binary(), "list"]]);
  const over = (ms: number) => `${ms.toFixed(1)} ms (${(ms - floor).toFixed(1)} over the floor)`;
  console.log(`start-up, medians of ${RUNS}: empty program ${floor.toFixed(1)} ms, version ${over(version)}, list ${over(list)}`);
  expect(version - floor).toBeLessThan(VERSION_MS);
  expect(list - floor).toBeLessThan(LIST_MS);
}, 60_000);
