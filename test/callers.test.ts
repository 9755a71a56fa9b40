import { expect, test } from "bun:test";
import { join } from "node:path";
import { codes } from "../src/core/error.ts";
import { callers, type Needs, type Refusal } from "../src/core/principal.ts";

const needs = ["open", "read", "resolve", "stream", "write", "tokens", "operate"] as const satisfies readonly Needs[];

/** The table of `core/principal.ts` as the docs have it. */
function printed(): string {
  const head = ["kind", "who", ...needs];
  const rows = Object.entries(callers).map(([kind, { who, may }]) => {
    const cells: Record<Needs, true | string> = may;
    return [`\`${kind}\``, who, ...needs.map((each) => (cells[each] === true ? "yes" : `\`${cells[each]}\``))];
  });
  const widths = head.map((name, i) => Math.max(name.length, ...rows.map((row) => (row[i] ?? "").length)));
  const line = (cells: readonly string[], fill = " ") => `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0, fill)).join(" | ")} |`;
  return [
    line(head),
    line(
      head.map(() => ""),
      "-",
    ),
    ...rows.map((row) => line(row)),
  ].join("\n");
}

test("docs/tokens.md has the table of who may do what as the daemon goes by it", async () => {
  const text = await Bun.file(join(import.meta.dir, "../docs/tokens.md")).text();
  const from = text.indexOf("| kind");
  expect(text.slice(from, text.indexOf("\n\n", from))).toBe(printed());
});

test("whoever may not do something is told by 401 without a credential, and by 403 with one, or that there is no such thing", () => {
  for (const [kind, { may }] of Object.entries(callers)) {
    const verdicts: (true | Refusal)[] = Object.values(may);
    const refusals = verdicts.filter((each) => each !== true && each !== "not_found");
    const status = ["reader", "anonymous"].includes(kind) ? 401 : 403;
    expect([kind, refusals.map((code) => codes[code])]).toEqual([kind, refusals.map(() => status)]);
  }
});

test("nobody may less than read, but strangers; and nobody writes who may not read", () => {
  for (const [kind, { may }] of Object.entries(callers)) {
    expect([kind, may.open]).toEqual([kind, true]);
    const cells: Record<Needs, true | string> = may;
    if (cells.write === true || cells.tokens === true)
      expect([kind, cells.read, cells.stream, cells.resolve]).toEqual([kind, true, true, true]);
  }
});
