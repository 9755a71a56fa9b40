import { runsFiles } from "../src/config/hook-runs.ts";
import { homeOf } from "../src/config/home.ts";
import { corpus } from "./corpus.ts";
import { create } from "./creates.ts";
import { daemon } from "./daemon.ts";
import { type Figure } from "./figures.ts";

const CREATES = 2_000;
const PATIENCE_MS = 120_000;

const hook = (command: string, args: readonly string[] = []) =>
  `[[hook]]\nevent = "issue.created"\ncommand = "${command}"\nargs = ${JSON.stringify(args)}\n`;

/** Creates by 8 clients without a hook, beside one that is slow, and beside three that are quick; and how fast those are run. */
export async function hooks(): Promise<Figure[]> {
  const kinds = { "no hook": "", "a slow hook": hook("sleep", ["3"]), "three quick hooks": hook("true").repeat(3) };
  const figures: Figure[] = [];
  for (const [kind, toml] of Object.entries(kinds)) {
    await using on = await daemon(toml);
    const { draft } = corpus();
    const from = performance.now();
    const { p50, p99, perSecond } = await create(
      on,
      8,
      () => ({ ...draft(), body: "" }),
      {},
      (count) => count >= CREATES,
    );
    const note = `p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`;
    figures.push({ what: `creates beside ${kind}, 8 clients`, value: perSecond, unit: "/s", note });
    if (kind !== "three quick hooks") continue;
    const runs = await runsWithin(homeOf(on.kata.env).hooks, 3 * CREATES);
    figures.push({ what: "runs of three hooks", value: runs / ((performance.now() - from) / 1_000), unit: "/s" });
  }
  return figures;
}

/** Waits until so many runs are written down; how many there are. */
async function runsWithin(folder: string, wanted: number): Promise<number> {
  let count = 0;
  for (const end = performance.now() + PATIENCE_MS; count < wanted && performance.now() < end; await Bun.sleep(100)) {
    const texts = await Promise.all(runsFiles(folder).map((path) => Bun.file(path).text()));
    count = texts.join("").split("\n").length - 1;
  }
  return count;
}
