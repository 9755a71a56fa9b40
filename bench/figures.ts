/** One line of the table: what was measured, and what is aimed at. `original` is the original kata's figure on such a machine. */
export type Figure = { what: string; value: number; unit: string; target?: Target; original?: string; note?: string };
type Target = { most: number } | { least: number };

export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;

/** Median and 99th percentile of some times. */
export function spread(times: Iterable<number>): { p50: number; p99: number } {
  const sorted = [...times].sort((a, b) => a - b);
  return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) };
}

const shown = (value: number) => (value >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(value < 10 ? 2 : 1));

function aim(target: Target | undefined): string {
  if (!target) return "";
  return "most" in target ? `≤ ${shown(target.most)}` : `≥ ${shown(target.least)}`;
}

const isMet = ({ value, target }: Figure) => !target || ("most" in target ? value <= target.most : value >= target.least);

/** The table as text, for people, and how many of its targets were missed. */
export function table(figures: readonly Figure[]): { text: string; missed: number } {
  const rows = figures.map((figure) => [
    figure.what,
    `${shown(figure.value)} ${figure.unit}`,
    aim(figure.target),
    figure.original ?? "",
    `${isMet(figure) ? "" : "missed"}${figure.note ? ` ${figure.note}` : ""}`.trim(),
  ]);
  const all = [["what", "kata", "target", "original", ""], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  const lines = all.map((row) =>
    row
      .map((cell, i) => (i === 0 || i === 4 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
  return { text: lines.join("\n"), missed: figures.filter((figure) => !isMet(figure)).length };
}
