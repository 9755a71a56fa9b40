import { corpus, type Draft } from "./corpus.ts";
import { type Daemon, daemon } from "./daemon.ts";
import { type Figure, spread } from "./figures.ts";

const SECONDS = 4;
const PATH = "/projects/1/issues";

/** Creates by so many clients at once, each waiting for its answer before the next; any answer but 200 ends the run. */
export async function create(on: Daemon, clients: number, draft: () => Draft, more: object, until: (count: number) => boolean) {
  const times: number[] = [];
  const from = Bun.nanoseconds();
  const client = async () => {
    while (!until(times.length)) {
      const sent = Bun.nanoseconds();
      await on.send("POST", PATH, { actor: "bench", ...draft(), ...more });
      times.push((Bun.nanoseconds() - sent) / 1e6);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return { ...spread(times), perSecond: times.length / ((Bun.nanoseconds() - from) / 1e9) };
}

const seconds = (count: number) => {
  const end = performance.now() + 1000 * count;
  return () => performance.now() > end;
};

/** Durable creates by 1, 8 and 64 clients: of a title alone, and of a title and a body that are searched for look-alikes. */
export async function creates(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const kind of ["a title", "title and body"] as const) {
    await using on = await daemon();
    const { draft } = corpus();
    const made = kind === "a title" ? () => ({ ...draft(), body: "" }) : draft;
    await create(on, 8, made, {}, (count) => count > 500);
    for (const clients of [1, 8, 64]) {
      const { p50, p99, perSecond } = await create(on, clients, made, {}, seconds(SECONDS));
      const note = `p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`;
      const what = `creates of ${kind}, ${clients} client${clients > 1 ? "s" : ""}`;
      const aim = kind === "a title" && clients === 64 ? { target: { least: 5000 }, original: "83–221" } : {};
      if (kind === "a title" && clients === 1) {
        figures.push({ what: "one create, p50", value: p50, unit: "ms", target: { most: 0.7 }, original: "1.07, not durable" });
      }
      figures.push({ what, value: perSecond, unit: "/s", note, ...aim });
    }
  }
  return figures;
}
