import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binary } from "./binary.ts";
import { emptyProgram } from "./empty-program.ts";
import { type Workspace, workspace } from "./workspace.ts";

const RUNS = 15;
/** Bounds on the processor's time; the figures that are aimed at stand in bench/. */
const VERSION_MS = 5;
const LIST_MS = 12;

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

/** The least that each of some commands took of the processor: what a busy machine adds is in the other runs. */
function leastTimes(commands: readonly (readonly string[])[]): number[] {
  const least = commands.map(() => Infinity);
  for (let run = 0; run < RUNS; run++) {
    commands.forEach((command, i) => {
      const ran = Bun.spawnSync([...command], { cwd: kata.dir, env: kata.env, stdio: ["ignore", "ignore", "ignore"] });
      if (ran.exitCode !== 0) throw new Error(`${command.join(" ")} ended with ${ran.exitCode}`);
      least[i] = Math.min(least[i] ?? Infinity, Number(ran.resourceUsage.cpuTime.total) / 1e3);
    });
  }
  return least;
}

test("`kata version` and a warm `kata list` start within their budget", () => {
  const [floor = 0, version = 0, list = 0] = leastTimes([[empty], [binary(), "version"], [binary(), "list"]]);
  const over = (ms: number) => `${ms.toFixed(1)} ms (${(ms - floor).toFixed(1)} over the floor)`;
  console.log(`start-up, least of ${RUNS}: empty program ${floor.toFixed(1)} ms, version ${over(version)}, list ${over(list)}`);
  expect(version - floor).toBeLessThan(VERSION_MS);
  expect(list - floor).toBeLessThan(LIST_MS);
}, 60_000);
