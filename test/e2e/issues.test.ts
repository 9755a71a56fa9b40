import { expect, test } from "bun:test";
import { type Workspace, workspace } from "../workspace.ts";

const create = async (kata: Workspace, ...words: string[]) => (await kata`create ${words} -q`).stdout.trim();
const said = (stdout: string) => ({ exit: 0, stdout, stderr: "" });
const refused = (exit: number, ...stderr: string[]) => ({ exit, stdout: "", stderr: stderr.map((line) => `${line}\n`).join("") });

test("`kata create` says on one line what became of the issue", async () => {
  await using kata = await workspace();
  const parent = await create(kata, "Main");
  expect(parent).toMatch(/^[0-9a-z]{4}$/);
  const { exit, stdout, stderr } = await kata`create "Find the cause" --parent ${parent} --blocks ${parent} --label bug,ui --priority 1`;
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
  expect(stdout).toMatch(new RegExp(`^\\w{4} Find the cause \\[open\\] links: \\+parent ${parent}, \\+blocks ${parent}\\n$`));
});

test("`kata create` gives the first issue again under its key, and refuses one that looks like another", async () => {
  await using kata = await workspace();
  const words = ["Fix the login", "--body", "It fails on Safari since today"];
  const ref = await create(kata, ...words, "--idempotency-key", "k");
  expect(await create(kata, ...words, "--idempotency-key", "k")).toBe(ref);
  expect(await kata`create "Another title" --idempotency-key k`).toMatchObject({ exit: 5, stdout: "" });
  expect(await kata`create x --idempotency-key ${"a\nb"}`).toMatchObject({ exit: 3, stdout: "" });
  const alike = await kata`create ${words}`;
  expect(alike).toMatchObject({ exit: 5, stdout: "" });
  expect(alike.stderr).toStartWith(`kata: This looks like demo#${ref} "Fix the login" [open].\nHint: `);
  expect((await kata`create ${words} --force-new`).exit).toBe(0);
});

test("`kata create` reads the body from stdin or a file, without its last line ends", async () => {
  await using kata = await workspace();
  const body = async (words: string[], stdin?: string) => {
    const ran = await kata.run(["create", "x", "--force-new", "--json", ...words], stdin === undefined ? {} : { stdin });
    return ran.json<{ issue: { body: string } }>().issue.body;
  };
  await Bun.write(`${kata.dir}/body.txt`, "From a file: ü\n\n");
  expect(await body(["--body-stdin"], "Line 1\n\nLine 2\n")).toBe("Line 1\n\nLine 2");
  expect(await body(["--body-file", "body.txt"])).toBe("From a file: ü");
  expect(await kata`create x --body a --body-stdin`).toMatchObject({ stdout: "" });
});

test("`kata list` shows open issues, the latest changed first, in columns that scripts know", async () => {
  await using kata = await workspace();
  const a = await create(kata, "Fix the login", "--owner", "ada", "--priority", "1", "--label", "bug,ui");
  const b = await create(kata, "Find the cause");
  const rows = [`${b}      open      Find the cause  (unowned)`, `${a}      open      Fix the login  (ada)  P1  [bug, ui]`];
  expect(await kata`list`).toMatchObject(said(`${rows.join("\n")}\n`));
  expect(await kata`list --max-priority 1`).toMatchObject(said(`${rows[1]}\n`));
  expect(await kata`list --priority 5`).toMatchObject({ exit: 3, stdout: "" });
  expect(await kata`list --limit 1`).toMatchObject(said(`${rows[0]}\n`));
  expect(await kata`list --status closed`).toMatchObject(said(""));
  expect(await kata`list --status shut`).toMatchObject({ exit: 3, stdout: "" });
  expect(await kata`list --limit 0`).toMatchObject({ exit: 3, stdout: "" });
});

test("`kata show` prints an issue with what is around it, by any form of its ref", async () => {
  await using kata = await workspace();
  const a = await create(kata, "Fix the login", "--body", "It fails.", "--label", "bug");
  const b = await create(kata, "Find the cause", "--parent", a, "--blocks", a);
  const text = `${a}  Fix the login  [open]  by tester\n\nIt fails.\n\n--- labels ---\nbug\n\n--- links ---\nchild: ${b}\nblocked-by: ${b}\n`;
  const { issue } = (await kata`show ${a} --json`).json<{ issue: { uid: string } }>();
  for (const ref of [a, a.toUpperCase(), `demo#${a}`, issue.uid, issue.uid.toLowerCase()])
    expect(await kata`show ${ref}`).toMatchObject(said(text));
  const gone = refused(4, 'kata: There is no issue "zzzz" in project demo.', "Hint: `kata list --status all` lists the project's issues.");
  expect(await kata`show zzzz`).toMatchObject(gone);
});

test("`kata show` and `kata list` make foreign text harmless", async () => {
  await using kata = await workspace();
  const ref = await create(kata, "Red \u001b[31malert\u001b[0m\u202e \u0007end\nsecond line", "--body", "a\u001b]0;title\u0007b");
  for (const { stdout } of [await kata`list`, await kata`show ${ref}`]) {
    expect(["\u001b", "\u0007", "\u202e"].filter((character) => stdout.includes(character))).toEqual([]);
  }
  expect((await kata`show ${ref}`).stdout).toContain("ab");
});

test("`kata ready` leaves out what an open issue blocks", async () => {
  await using kata = await workspace();
  const a = await create(kata, "Main");
  const b = await create(kata, "First", "--blocks", a, "--owner", "ada");
  expect(await kata`ready`).toMatchObject(said(`${b}      First  (ada)\n`));
  expect(await kata`ready --limit -1`).toMatchObject({ exit: 3, stdout: "" });
});

test("`kata search` finds words and says where they stand", async () => {
  await using kata = await workspace();
  const a = await create(kata, "Fix the login", "--body", "It fails on Safari");
  const { exit, stdout } = await kata`search safari login`;
  expect(exit).toBe(0);
  expect(stdout).toMatch(new RegExp(`^${a}      \\d+\\.\\d\\d  open      Fix the login  \\(title,body\\)\\n$`));
  expect(await kata`search nothing`).toMatchObject(said("no matches\n"));
  expect(await kata`search '"AND( NEAR*'`).toMatchObject({ exit: 0 });
});
