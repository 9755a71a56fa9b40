import { expect, test } from "bun:test";
import { workspace } from "../workspace.ts";

test("`kata delete` wants --force and the exact words, and `kata restore` takes it back", async () => {
  await using kata = await workspace();
  const ref = (await kata`create "Fix it" -q`).stdout.trim();
  expect(await kata`delete ${ref}`).toMatchObject({ exit: 3, stdout: "" });
  const unconfirmed = await kata`delete ${ref} --force`;
  expect(unconfirmed).toMatchObject({ exit: 6, stdout: "" });
  expect(unconfirmed.stderr).toContain(`DELETE demo#${ref}`);
  expect(await kata`delete ${ref} --force --confirm "DELETE other"`).toMatchObject({ exit: 6, stdout: "" });
  expect((await kata`list`).stdout).toContain(ref);

  const deleted = await kata`delete ${ref} --force --confirm ${`DELETE demo#${ref}`}`;
  expect(deleted).toMatchObject({ exit: 0, stdout: `demo#${ref} deleted (undo: kata restore demo#${ref})\n`, stderr: "" });
  expect((await kata`list --status all`).stdout).toBe("");
  const hidden = await kata`show ${ref}`;
  expect(hidden).toMatchObject({ exit: 4, stdout: "" });

  const [, advice = ""] = /`kata ([^`]+)`/.exec(hidden.stderr) ?? [];
  expect(advice).toBe(`restore demo#${ref}`);
  expect((await kata.run(advice.split(" "))).exit).toBe(0);
  expect(await kata`restore ${ref}`).toMatchObject({ exit: 0, stdout: `${ref} restored\n` });
  expect((await kata`show ${ref}`).exit).toBe(0);
});

test("`kata purge` leaves nothing, and no other issue ever gets the id", async () => {
  await using kata = await workspace();
  const { issue } = (await kata`create "Fix it" --json`).json<{ issue: { short_id: string; uid: string } }>();
  const words = ["--force", "--confirm", `PURGE demo#${issue.short_id}`];
  expect(await kata`purge ${issue.short_id}`).toMatchObject({ exit: 3, stdout: "" });
  expect((await kata`purge ${issue.uid} --force --confirm "PURGE other"`).exit).toBe(6);
  const purged = await kata`purge ${issue.short_id} ${words}`;
  expect(purged).toMatchObject({ exit: 0, stdout: `demo#${issue.short_id} purged (irreversible)\n`, stderr: "" });
  for (const ref of [issue.short_id, issue.uid]) expect(await kata`show ${ref}`).toMatchObject({ exit: 4, stdout: "" });
  const events = (await kata`events --json`).json<{ events: unknown[]; reset_required: boolean }>();
  expect(events).toMatchObject({ events: [], reset_required: true });
});
