import { expect, test } from "bun:test";
import { workspace } from "../workspace.ts";

test("`kata edit` says on one line what became of the issue and its links", async () => {
  await using kata = await workspace();
  const create = async (title: string) => (await kata`create ${title} -q`).stdout.trim();
  const [a, b, c] = [await create("Main"), await create("Top"), await create("Other")];
  const lines: [words: string[], line: string][] = [
    [["--title", "Main thing", "--body", "said"], `${a} Main thing [open]`],
    [["--parent", b, "--blocks", `${b},demo#${c}`], `${a} Main thing [open] links: +parent ${b}, +blocks ${b}, +blocks ${c}`],
    [["--parent", c, "--owner", "eve"], `${a} Main thing [open] links: parent ${b}→${c}`],
    [["--parent", c.toUpperCase()], `${a} Main thing [open] (no changes applied)`],
    [["--parent", c, "--priority", "1"], `${a} Main thing [open]`],
    [["--priority", "1"], `${a} Main thing [open]`],
    [
      ["--remove-parent", c, "--remove-blocks", c, "--blocked-by", c, "--related", b],
      `${a} Main thing [open] links: -parent ${c}, -blocks ${c}, +blocked_by ${c}, +related ${b}`,
    ],
    [["--remove-blocks", "zzzz", "-q"], a],
  ];
  for (const [words, line] of lines) expect(await kata`edit ${a} ${words}`).toMatchObject({ exit: 0, stdout: `${line}\n`, stderr: "" });
  const { issue } = (await kata`show ${a} --json`).json<{ issue: object }>();
  expect(issue).toMatchObject({ title: "Main thing", body: "said", owner: "eve", priority: 1 });
});

test("`kata edit` refuses what can't be meant, before it asks the daemon", async () => {
  await using kata = await workspace();
  const faults: [words: string[], exit: number, said: string][] = [
    [[], 3, "There is nothing to change."],
    [["--comment", "why"], 3, "There is nothing to change."],
    [["--title", "x", "--comment", " "], 3, "--comment must not be blank."],
    [["--title", ""], 3, "The title must not be blank."],
    [["--priority", "5"], 3, '--priority must be 0 to 4, or -, not "5".'],
    [["--parent", "abc4", "--remove-parent", "abc5"], 3, "--parent and --remove-parent can't be used together."],
    [["--parent", "abc4,abc5"], 3, "--parent: an issue has one parent, not abc4 and abc5."],
    [["--related", "abc4", "--remove-related", "demo#ABC4"], 3, "abc4 is given to --related and to --remove-related."],
    [["--blocks", "abc4,"], 3, '--blocks has an empty part: "abc4,"'],
    [["--blocked-by", "other#abc4"], 3, "other#abc4 is in another project, and links stay within one: demo."],
    [["--label", "x"], 2, "unknown flag --label"],
  ];
  for (const [words, exit, said] of faults) {
    const ran = await kata`edit zzzz ${words}`;
    expect(ran).toMatchObject({ exit, stdout: "" });
    expect(ran.stderr).toStartWith(`kata: ${said}\nHint: `);
  }
  expect(await kata`edit zzzz --title x`).toMatchObject({ exit: 4, stdout: "" });
});
