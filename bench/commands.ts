import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binary } from "../test/binary.ts";
import { emptyProgram } from "../test/empty-program.ts";
import { type Workspace, workspace } from "../test/workspace.ts";
import { type Figure, spread } from "./figures.ts";

const RUNS = 60;
const FRESH_HOMES = 12;

/** Wall times of the warm command line beside a compiled program that does nothing, all in turn. */
export async function commands(): Promise<Figure[]> {
  await using kata = await workspace();
  await kata`create "fix login"`;
  const ref = (await kata`list -q`).stdout.trim().split(/\s/)[0] ?? "";
  const folder = mkdtempSync(join(tmpdir(), "kata-bench-"));
  const empty = await emptyProgram(folder);
  const asked: Record<string, (run: number) => string[]> = {
    "empty program": () => [empty],
    "kata version": () => [binary(), "version"],
    "kata list": () => [binary(), "list"],
    "kata show": () => [binary(), "show", ref],
    "kata create": (run) => [binary(), "create", `an issue ${run}`],
  };
  const times = new Map(Object.keys(asked).map((what) => [what, [] as number[]]));
  for (let run = 0; run <= RUNS; run++) {
    for (const [what, words] of Object.entries(asked)) {
      const took = wallMs(kata, words(run));
      if (run > 0) times.get(what)?.push(took);
    }
  }
  await rm(folder, { recursive: true });
  const floor = spread(times.get("empty program") ?? []).p50;
  return [...times].map(([what, all]) => {
    const { p50, p99 } = spread(all);
    const note = `p99 ${p99.toFixed(1)} ms${p50 === floor ? "" : `; ${(p50 - floor).toFixed(1)} over the empty program`}`;
    return {
      what: `${what}, warm, p50`,
      value: p50,
      unit: "ms",
      note,
      ...(p50 !== floor && { target: { most: floor + 4 }, original: "21–25" }),
    };
  });
}

/** The first command on a fresh home: it starts the daemon and makes the database. */
export async function firstCommand(): Promise<Figure[]> {
  const times: number[] = [];
  for (let run = 0; run < FRESH_HOMES; run++) {
    await using kata = await workspace({ project: false });
    times.push(wallMs(kata, [binary(), "init"]));
    await kata`daemon stop`;
  }
  return [{ what: "first command on a fresh home, p50", value: spread(times).p50, unit: "ms", target: { most: 100 }, original: "73" }];
}

function wallMs({ dir, env }: Workspace, words: readonly string[]): number {
  const from = Bun.nanoseconds();
  const { exitCode } = Bun.spawnSync([...words], { cwd: dir, env, stdio: ["ignore", "ignore", "ignore"] });
  if (exitCode !== 0) throw new Error(`${words.join(" ")} ended with ${exitCode}`);
  return (Bun.nanoseconds() - from) / 1e6;
}
