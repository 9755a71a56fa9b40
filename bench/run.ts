/** Measures kata and prints a table: `bun bench/run.ts [part …]`. Parts: commands creates hooks reads streams rest. */
import { binary } from "../test/binary.ts";
import { commands, firstCommand } from "./commands.ts";
import { creates } from "./creates.ts";
import { type Figure, table } from "./figures.ts";
import { hooks } from "./hooks.ts";
import { reads } from "./reads.ts";
import { rest } from "./rest.ts";
import { streams } from "./streams.ts";

const parts: Record<string, () => Promise<Figure[]>> = {
  commands: async () => [...(await commands()), ...(await firstCommand())],
  creates,
  hooks,
  reads,
  streams: async () => [await streams(200), await streams(1000, { most: 30 })],
  rest,
};

const asked = Bun.argv.slice(2);
const unknown = asked.filter((part) => !(part in parts));
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(", ")}. Parts: ${Object.keys(parts).join(" ")}`);
  process.exit(2);
}

const figures: Figure[] = [];
for (const [part, measure] of Object.entries(parts)) {
  if (asked.length > 0 && !asked.includes(part)) continue;
  console.error(`${part} …`);
  figures.push(...(await measure()));
}
const { text, missed } = table(figures);
console.log(
  `${text}\n\n${binary()}, ${navigator.hardwareConcurrency} cores; targets and the original's figures are for 2 cores. ${missed} missed.`,
);
