import { expect, test } from "bun:test";
import { workspace } from "../workspace.ts";

test("`kata assign` and `kata unassign` say what they did, and -q nothing", async () => {
  await using kata = await workspace();
  const created = (await kata`create "One" --json`).json<{ issue: { short_id: string; uid: string } }>();
  const { short_id: a, uid } = created.issue;
  const transcript: [words: string[], stdout: string][] = [
    [["assign", a, "ada"], `${a} assigned to ada\n`],
    [["assign", uid.toLowerCase(), "ada"], `${a} already assigned to ada (no-op)\n`],
    [["assign", a, "Eve \u001b[31mRed", "-q"], ""],
    [["assign", a, "Eve \u001b[31mRed"], `${a} already assigned to Eve Red (no-op)\n`],
    [["unassign", a, "--comment", "She is away."], `${a} unassigned\n`],
    [["unassign", a, "--comment", "Still."], `${a} already unassigned (no-op)\n`],
    [["unassign", a, "-q"], ""],
  ];
  for (const [words, stdout] of transcript) expect(await kata.run(words)).toMatchObject({ exit: 0, stdout, stderr: "" });
  expect((await kata`show ${a} --json`).json()).toMatchObject({ comments: [{ body: "She is away." }, { body: "Still." }] });

  expect(await kata`assign ${a} " "`).toMatchObject({ exit: 3, stdout: "", stderr: expect.stringContaining("Hint: ") });
  expect(await kata`assign ${a} eve --comment ${""}`).toMatchObject({ exit: 3, stdout: "" });
  expect((await kata`show ${a} --json`).json<{ issue: { owner?: string } }>().issue.owner).toBeUndefined();
});
