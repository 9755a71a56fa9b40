import { expect, test } from "bun:test";
import { workspace } from "../workspace.ts";

const message = "The work is in place, and its tests pass on the main branch";

test("`kata close` says what it would do, closes, and `kata reopen` opens again", async () => {
  await using kata = await workspace();
  const a = (await kata`create "One" -q`).stdout.trim();
  const proof = ["--done", "--commit", "abc1234", "--message", message];
  expect(await kata`close ${a} ${proof} --dry-run`).toMatchObject({
    exit: 0,
    stdout: `${a} One [open]\n`,
    stderr: `close: ${a} would be closed as done; nothing was changed (--dry-run)\n`,
  });
  expect(await kata`close ${a} ${proof} --evidence commit:abc1234`).toMatchObject({ exit: 2, stdout: "" });
  expect(await kata`close ${a} --done --evidence commits:abc1234`).toMatchObject({ exit: 2, stdout: "" });
  expect(await kata`close ${a} ${proof}`).toMatchObject({ exit: 0, stdout: `${a} One [closed]\n`, stderr: "" });
  expect(await kata`reopen ${a}`).toMatchObject({ exit: 0, stdout: `${a} One [open]\n`, stderr: "" });
});

test("`kata digest` sums up what each actor did", async () => {
  await using kata = await workspace();
  const a = (await kata`create "One" --label ui -q`).stdout.trim();
  const { exit, stdout } = await kata`digest --since 1h`;
  expect(exit).toBe(0);
  expect(stdout).toContain(`\n  ${a}  created, labeled:ui\n`);
  expect(await kata`digest`).toMatchObject({ exit: 2, stdout: "" });
});

test("`kata audit closes` lists closes, and suggests the reason that was meant", async () => {
  await using kata = await workspace();
  const a = (await kata`create "One" -q`).stdout.trim();
  await kata`close ${a} --done --commit abc1234 --message ${message}`;
  const { stdout } = await kata`audit closes`;
  expect(stdout).toMatch(new RegExp(`^TIME .*FLAGS\\n\\S+Z +tester +${a} +- +done +commit +-\\n$`));
  const refused = await kata`audit closes --reason wontfixx`;
  expect(refused).toMatchObject({ exit: 3, stdout: "" });
  expect(refused.stderr).toContain("Did you mean wontfix?");
});
