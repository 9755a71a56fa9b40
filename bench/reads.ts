import { corpus } from "./corpus.ts";
import { create } from "./creates.ts";
import { type Daemon, daemon, residentMiB } from "./daemon.ts";
import { type Figure, spread } from "./figures.ts";

const ISSUES = 20_000;
const RUNS = 200;
const PATH = "/projects/1/issues";

/** The median of some requests, one after the other. */
async function median(runs: number, ask: (run: number) => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let run = -5; run < runs; run++) {
    const from = Bun.nanoseconds();
    await ask(run);
    if (run >= 0) times.push((Bun.nanoseconds() - from) / 1e6);
  }
  return spread(times).p50;
}

type Read = { ask: string; most?: number; original?: string };

async function readsOf(on: Daemon, words: { rare: string; common: string }): Promise<Map<string, { ms: number } & Read>> {
  const page = JSON.parse(await on.send("GET", `${PATH}?limit=1`)) as { issues: { short_id: string }[] };
  const ref = page.issues[0]?.short_id ?? "";
  const asked: Record<string, Read> = {
    show: { ask: `${PATH}/${ref}`, most: 0.5, original: "0.6" },
    "list of 50": { ask: `${PATH}?status=open&limit=50`, most: 1.5, original: "2.4" },
    "ready, 50": { ask: "/projects/1/ready?limit=50" },
    "search, a rare word": { ask: `/projects/1/search?q=${words.rare}` },
    "search, the commonest word": { ask: `/projects/1/search?q=${words.common}` },
    "poll of 100 events": { ask: "/projects/1/events?after_id=100&limit=100" },
  };
  const found = new Map<string, { ms: number } & Read>();
  for (const [what, read] of Object.entries(asked)) found.set(what, { ...read, ms: await median(RUNS, () => on.send("GET", read.ask)) });
  return found;
}

/** Reads and look-alike checks at 200 and at 20,000 issues: what grows with the project shows. */
export async function reads(): Promise<Figure[]> {
  await using on = await daemon();
  const texts = corpus();
  const fill = (issues: number) => create(on, 64, texts.draft, { force_new: true }, (count) => count >= issues);
  await fill(200);
  const few = await readsOf(on, texts);
  await fill(ISSUES - 200);
  const many = await readsOf(on, texts);
  const figures: Figure[] = [...many].map(([what, { ms, most, original }]) => ({
    what: `${what}, at 20,000 issues, p50`,
    value: ms,
    unit: "ms",
    note: `${(few.get(what)?.ms ?? NaN).toFixed(2)} at 200`,
    ...(most !== undefined && { target: { most } }),
    ...(original !== undefined && { original }),
  }));
  const alike = await median(RUNS, () => on.send("POST", PATH, { actor: "bench", ...texts.draft() }));
  figures.push({ what: "create with look-alike check, at 20,000, p50", value: alike, unit: "ms", target: { most: 5 }, original: "324" });
  figures.push({ what: "memory of the daemon after that", value: residentMiB(on.pid), unit: "MiB" });
  return figures;
}
