import { expect, test } from "bun:test";
import { binary } from "../binary.ts";
import { onTerminal } from "../terminal.ts";
import { workspace } from "../workspace.ts";

const LONG = "A title that goes on and on until no terminal of the usual width has room for all of its many words";

test("`kata list` fills the terminal's own width and no more", async () => {
  await using kata = await workspace();
  await kata`create ${LONG} --label bug --owner ada --priority 1`;
  for (const columns of [60, 80, 120]) {
    const { exit, shown } = await onTerminal(kata, ["list"], { columns });
    const widths = Bun.stripANSI(shown)
      .trimEnd()
      .split("\n")
      .map((line) => Bun.stringWidth(line));
    expect({ exit, widths }).toEqual({ exit: 0, widths: [columns] });
  }
  expect(Bun.stripANSI((await onTerminal(kata, ["list"], { columns: 120, env: { COLUMNS: "60" } })).shown).trimEnd()).toHaveLength(60);
});

test("nothing is coloured under NO_COLOR, on a dumb terminal, and on stderr", async () => {
  await using kata = await workspace();
  await kata`create "Fix it" --priority 1`;
  expect((await onTerminal(kata, ["list"])).shown).toContain("\u001b[");
  for (const env of [{ NO_COLOR: "1" }, { TERM: "dumb" }])
    expect((await onTerminal(kata, ["list"], { env })).shown).not.toContain("\u001b");
  const refused = await onTerminal(kata, ["show", "zzzz"]);
  expect(refused.exit).toBe(4);
  expect(refused.shown).toStartWith("kata: ");
  expect(refused.shown).not.toContain("\u001b");
});

test("`kata events --tail` writes rows on a terminal, and objects with --json", async () => {
  await using kata = await workspace();
  const gone = (await kata`create "Gone" -q`).stdout.trim();
  await kata`purge ${gone} --force --confirm ${`PURGE demo#${gone}`}`;
  const ref = (await kata`create "Fix it" -q`).stdout.trim();
  const people = await onTerminal(kata, ["events", "--tail"], { until: ref, types: "\u0003" });
  expect(people.exit).toBe(0);
  expect(people.shown).toMatch(new RegExp(`^Events were purged: .+\n\\d+ +issue\\.created +proj=1 +${ref} +by tester `));
  const scripts = await onTerminal(kata, ["events", "--tail", "--json"], { until: ref, types: "\u0003" });
  expect(scripts.shown).toMatch(/^\{"reset_required":true,"reset_after_id":\d+\}\n\{"event_id":/);
});

test("times are relative on a terminal only", async () => {
  await using kata = await workspace();
  const ref = (await kata`create "Fix it" -q`).stdout.trim();
  expect((await onTerminal(kata, ["show", ref])).shown).toContain("just now");
  expect((await kata`show ${ref}`).stdout).not.toContain("just now");
});

test("`kata delete` asks on a terminal, and wants exactly the words", async () => {
  await using kata = await workspace();
  const ref = (await kata`create "Fix it" -q`).stdout.trim();
  const other = await onTerminal(kata, ["delete", ref, "--force"], { types: "yes\n" });
  expect(other.exit).toBe(6);
  expect(other.shown).toStartWith(`Type DELETE demo#${ref} to confirm:\n`);
  expect(other.shown).toContain("nothing was done");
  expect((await kata`show ${ref}`).exit).toBe(0);
  expect((await onTerminal(kata, ["delete", ref, "--force"], { types: `DELETE demo#${ref}\n` })).exit).toBe(0);
  expect((await kata`show ${ref}`).exit).toBe(4);
});

test("/dev/null is no terminal: nothing is asked there, and nothing is said for people", async () => {
  await using kata = await workspace();
  const unread = Bun.spawnSync([binary(), "list"], { cwd: kata.dir, env: kata.env, stdout: Bun.file("/dev/null"), stderr: "pipe" });
  expect({ exit: unread.exitCode, stderr: unread.stderr.toString() }).toEqual({ exit: 0, stderr: "" });
  const ref = (await kata`create "Fix it" -q`).stdout.trim();
  // The workspace's commands read from /dev/null.
  const { exit, stderr: refused } = await kata`delete ${ref} --force`;
  expect({ exit, refused }).toEqual({ exit: 6, refused: `kata: This wants to be confirmed.\nHint: Add --confirm "DELETE demo#${ref}".\n` });
});
