/** Rows as a table: columns as wide as their widest cell, by the width that a terminal gives each character. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => Bun.stringWidth(row[i] ?? ""))));
  const padded = (cell: string, i: number) => cell + " ".repeat(Math.max(0, (widths[i] ?? 0) - Bun.stringWidth(cell)));
  return rows.map((row) => row.map(padded).join("  ").trimEnd()).join("\n");
}
