/**
 * Lets a daemon work for a while and looks whether it grows: `bun bench/soak.ts [MINUTES]`. 8 clients write, 50 follow the stream,
 * one exports again and again; meanwhile the clock is set back and forward, and the daemon is stopped for a minute.
 */
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { percentile } from "./figures.ts";
import { residentMiB } from "./daemon.ts";
import { follow, settledClients, type Soaked, write } from "./soakers.ts";
import { settable } from "../test/crash/clock.ts";
import { workspace } from "../test/workspace.ts";

const WRITERS = 8;
const STREAMS = 50;
const MOST_GROWTH = 1.05;

const minutes = Number(Bun.argv[2] ?? 10);
if (!(minutes >= 1)) {
  console.error("MINUTES must be 1 or more.");
  process.exit(2);
}
/** All that happens at a time happens at this share of ten minutes. */
const atMinute = (minute: number) => (minute / 10) * minutes * 60_000;

await using kata = await workspace({ project: false });
const clock = settable(kata.home);
Object.assign(kata.env, clock.env);
await kata`init --project soak`;
const [pid = 0] = kata.daemons();
const hasExport = (await kata`help export`).exit === 0;

const soaked: Soaked = { kata, over: false, acknowledged: new Map(), streamed: 0, cut: 0, exports: 0, faults: [] };
const clients = [
  ...Array.from({ length: WRITERS }, (_, n) => write(soaked, n)),
  ...Array.from({ length: STREAMS }, () => follow(soaked)),
  ...(hasExport ? [exporter()] : []),
];

async function exporter(): Promise<void> {
  while (!soaked.over) {
    const output = join(kata.home, "..", "export.jsonl");
    const { exit, stderr } = await kata`export --allow-running-daemon --output ${output}`;
    rmSync(output, { force: true });
    if (exit === 0) soaked.exports += 1;
    else soaked.faults.push(`export: ${stderr.trim()}`);
    await Bun.sleep(atMinute(0.2));
  }
}

const HOUR_S = 3_600;
/** What befalls the daemon, by the minute. */
const trials: [number, string, () => void][] = [
  [3, "clock back by an hour", () => clock.set(-HOUR_S)],
  [4, "clock forward by a day", () => clock.set(24 * HOUR_S)],
  [5, "clock right", () => clock.set(0)],
  [6, "stopped", () => process.kill(pid, "SIGSTOP")],
  [7, "goes on", () => process.kill(pid, "SIGCONT")],
];

type Sample = { ms: number; rss: number; wal: number; fds: number };
const samples: Sample[] = [];
const MIB = 1_048_576;

function sample(ms: number): Sample {
  const wal = (statSync(join(kata.home, "kata.db-wal"), { throwIfNoEntry: false })?.size ?? 0) / MIB;
  return { ms, rss: residentMiB(pid), wal, fds: readdirSync(`/proc/${pid}/fd`).length };
}

/** What was needed at the least in a part of the time: memory rises and falls with each collection of what is done with. */
function floor(what: "rss" | "wal" | "fds", from: number, to: number): number {
  const seen = samples.filter(({ ms }) => ms >= atMinute(from) && ms < atMinute(to)).map((each) => each[what]);
  return percentile(
    seen.toSorted((a, b) => a - b),
    0.1,
  );
}

const row = (cells: readonly (string | number)[]) => cells.map((cell) => String(cell).padStart(11)).join("");
console.log(`${row(["minute", "changes", "streamed", "cut", "exports", "RSS MiB", "WAL MiB", "files"])}  `);
const began = performance.now();
const due = [...trials];
let minute = 1;
for (let ms = 0; ms < atMinute(10); ms = performance.now() - began) {
  samples.push(sample(ms));
  const notes: string[] = [];
  for (let next = due[0]; next && ms >= atMinute(next[0]); next = due[0]) {
    notes.push(next[1]);
    next[2]();
    due.shift();
  }
  if (notes.length > 0) console.log(`${row([(ms / atMinute(1)).toFixed(1)])}  ${notes.join(", ")}`);
  if (ms >= atMinute(minute)) report();
  await Bun.sleep(Math.min(500, atMinute(0.05)));
}
report();

function report(): void {
  const { rss, wal, fds } = samples.at(-1) ?? { rss: 0, wal: 0, fds: 0 };
  const { acknowledged, streamed, cut, exports } = soaked;
  console.log(row([minute, acknowledged.size, streamed, cut, hasExport ? exports : "none", rss.toFixed(1), wal.toFixed(1), fds]));
  minute += 1;
}

soaked.over = true;
await Promise.all(clients);
const faults = [...soaked.faults, ...(await settledClients(soaked))];
for (const what of ["rss", "wal", "fds"] as const) {
  const [before, after] = [floor(what, 2, 3), floor(what, 9, 10)];
  const grown = `${what}: ${before.toFixed(1)} in minute 2, ${after.toFixed(1)} in minute 9: ${((after / before - 1) * 100).toFixed(1)} %`;
  console.log(grown);
  if (after > before * MOST_GROWTH) faults.push(`${grown} is too much`);
}
const { exit, stdout } = await kata`doctor`;
if (exit !== 0) faults.push(stdout);
console.log(faults.length === 0 ? "Nothing is lost, and nothing grows." : faults.slice(0, 20).join("\n"));
process.exitCode = faults.length === 0 ? 0 : 1;
