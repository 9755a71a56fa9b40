import { expect, test } from "bun:test";
import { workspace } from "../workspace.ts";

test("`kata label add` and `label rm` say what they did, and -q nothing; `kata labels` counts", async () => {
  await using kata = await workspace();
  const a = (await kata`create "One" --label ui -q`).stdout.trim();
  const b = (await kata`create "Two" --label ui -q`).stdout.trim();
  const transcript: [words: string[], stdout: string][] = [
    [["label", "add", a, "bug"], `${a} labeled "bug"\n`],
    [["label", "add", a, "bug"], `${a} already labeled "bug" (no-op)\n`],
    [["label", "add", `demo#${b}`, "needs-review", "--comment", "Please look."], `${b} labeled "needs-review"\n`],
    [["labels"], `${"ui".padEnd(32)}  2\n${"bug".padEnd(32)}  1\n${"needs-review".padEnd(32)}  1\n`],
    [["label", "rm", a, "bug"], `${a} unlabeled "bug"\n`],
    [["label", "rm", a, "bug"], `${a} label "bug" already removed (no-op)\n`],
    [["label", "rm", a, "ui", "-q"], ""],
    [["label", "add", a, "api", "-q"], ""],
  ];
  for (const [words, stdout] of transcript) expect(await kata.run(words)).toMatchObject({ exit: 0, stdout, stderr: "" });
  expect((await kata`show ${b} --json`).json()).toMatchObject({ comments: [{ author: "tester", body: "Please look." }] });

  expect((await kata`label add ${a} "Needs review"`).stderr).toEndWith('Hint: Try "needs-review".\n');
  expect(await kata`label rm ${a} ${""}`).toMatchObject({ exit: 3, stdout: "" });
  expect(await kata`label rm ${a}`).toMatchObject({ exit: 2, stdout: "" });
});
