import { computedMs, daemon, residentMiB } from "./daemon.ts";
import type { Figure } from "./figures.ts";

const SECONDS = 10;

/** What a daemon costs that nobody asks anything. */
export async function rest(): Promise<Figure[]> {
  await using on = await daemon();
  await Bun.sleep(1000);
  const before = computedMs(on.pid);
  await Bun.sleep(1000 * SECONDS);
  const share = (computedMs(on.pid) - before) / (10 * SECONDS);
  return [
    { what: "idle processor time", value: share, unit: "%", target: { most: 0.5 }, original: "0" },
    { what: "idle memory", value: residentMiB(on.pid), unit: "MiB", target: { most: 70 }, original: "30" },
  ];
}
