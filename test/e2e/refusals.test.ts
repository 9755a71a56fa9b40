import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { binary } from "../binary.ts";
import { type Workspace, workspace } from "../workspace.ts";

/** A refusal in text: what is wrong on one line, and on another the way out. */
const REFUSAL = /^kata: (.+)\n(?:  .+\n)*Hint: (.+)\n$/;

async function refused(kata: Workspace, words: readonly string[], options?: Parameters<Workspace["run"]>[1]) {
  const { exit, stdout, stderr } = await kata.run(words, options);
  const [, message = stderr, hint] = REFUSAL.exec(stderr) ?? [];
  return { exit, stdout, message, hint };
}

test("every refusal names the value and the rule, and ends with a hint", async () => {
  await using kata = await workspace();
  const ref = (await kata`create "Fix it" -q`).stdout.trim();
  await Bun.write(join(kata.dir, "latin-1.txt"), new Uint8Array([0x63, 0x61, 0x66, 0xe9]));
  const cases: [string[], number, string][] = [
    [["list", "--limit"], 2, "--limit needs a value"],
    [["list", "--limit", "x"], 2, '--limit must be a whole number, not "x"'],
    [["list", "--limit", "0"], 3, "--limit must be 1 or more, not 0."],
    [["list", "--status", "nonsense"], 3, '--status must be open, closed or all, not "nonsense".'],
    [["list", "--priority", "9"], 3, "--priority must be 0 to 4, not 9."],
    [["list", "--max-priority", "-1"], 3, "--max-priority must be 0 to 4, not -1."],
    [["list", "--project", " "], 3, "--project must not be blank."],
    [["list", "--workspace", "latin-1.txt"], 3, 'There is no folder "latin-1.txt".'],
    [["list", "--json=maybe"], 2, '--json is true or false, not "maybe"'],
    [["ready", "--limit", "-1"], 3, "--limit must not be negative, not -1."],
    [["create", "x", "--priority", "9"], 3, "--priority must be 0 to 4, not 9."],
    [["create", "x", "--label", ""], 3, '--label has an empty part: ""'],
    [["create", "x", "--parent", `${ref},zzzz`], 3, `--parent: an issue has one parent, not ${ref} and zzzz.`],
    [["create", "x", "--body", "y", "--body-stdin"], 2, "--body and --body-stdin can't be used together"],
    [["create", "x", "--body-file", "none"], 3, '--body-file "none" can\'t be read: there is no such file or folder.'],
    [["create", "x", "--body-file", "."], 3, '--body-file "." can\'t be read: it is a folder.'],
    [["create", "x", "--body-file", "latin-1.txt"], 3, "--body-file latin-1.txt has bytes that are no UTF-8 text."],
    [["show", "01ARZ3NDEKTSV4RRFFQ69G5FAV"], 4, 'There is no issue "01ARZ3NDEKTSV4RRFFQ69G5FAV".'],
    [["close", ref, "--done", "--wontfix"], 2, "--done and --wontfix can't be used together"],
    [["close", ref, "--done", "--commit", "abc1234", "--commit", "abc1234"], 2, "the evidence commit:abc1234 is given twice"],
    [["close", ref, "--done"], 3, "A close as done needs a message of 40 bytes at least; there is none."],
    [["close", ref, "--done", "--message", "too short"], 3, "A close as done needs a message of 40 bytes at least; it has 9."],
    [
      ["close", ref, "--duplicate-of", ref, "--message", "the same as itself, one would think"],
      3,
      `"${ref}" is the issue itself: a close as duplicate names another one.`,
    ],
    [["search", " "], 3, "The words to search for must not be blank."],
    [["events", "--limit", "0"], 3, "--limit must be 1 or more, not 0."],
    [["events", "--after", "-1"], 3, "--after must be 0 or more, not -1."],
    [["events", "--tail", "--limit", "3"], 2, "--limit can't be used with --tail"],
    [["events", "--last-event-id", "3"], 2, "--last-event-id can't be used without --tail"],
    [["events", "--project-id", "1", "--all-projects"], 2, "--project-id and --all-projects can't be used together"],
    [["daemon", "logs"], 2, "`kata daemon logs` needs --hooks: it shows how runs of hooks went"],
    [["daemon", "logs", "--hooks", "--limit", "0"], 3, "--limit must be 1 or more, not 0."],
    [["daemon", "logs", "--hooks", "--hook-index", "-2"], 3, "--hook-index must be -1 or more, not -2."],
    [["digest", "--since", "1h", "--project-id", "1", "--all-projects"], 2, "--project-id and --all-projects can't be used together"],
    [["projects", "merge", "demo", "1"], 3, '"demo" and "1" are the same project.'],
    [["projects", "rename", "demo", " "], 3, "The new name must not be blank."],
    [["delete", ref, "--force", "--confirm", "a\nb"], 6, 'The confirmation "a\\nb" is not what is wanted.'],
    [["create", "x", "--as", " "], 3, "--as must not be blank."],
    [["frobnicate"], 2, 'unknown command "frobnicate"'],
    [["list", "--frobnicate"], 2, "unknown flag --frobnicate"],
  ];
  for (const [words, exit, message] of cases)
    expect({ words, ...(await refused(kata, words)) }).toEqual({ words, exit, stdout: "", message, hint: expect.any(String) });
});

test("text from stdin that is no UTF-8 is refused, not stored as something else", async () => {
  await using kata = await workspace();
  const child = Bun.spawn([binary(), "create", "x", "--body-stdin"], {
    cwd: kata.dir,
    env: kata.env,
    stdin: new Uint8Array([0xff, 0xfe]),
    stderr: "pipe",
  });
  expect({ exit: await child.exited, stderr: await child.stderr.text() }).toEqual({ exit: 3, stderr: expect.stringMatching(REFUSAL) });
  expect((await kata`list`).stdout).toBe("");
});

test("what the operating system refuses is told with the path, the reason and the way out", async () => {
  await using kata = await workspace({ project: false });
  const file = join(kata.dir, "a-file");
  writeFileSync(file, "");
  mkdirSync(join(kata.dir, "a-folder"));
  for (const env of [{ KATA_HOME: file }, { KATA_DB: join(file, "kata.db") }, { XDG_RUNTIME_DIR: file }]) {
    const { exit, message, hint } = await refused(kata, ["projects", "list"], { env });
    expect({ env, exit, message, hint }).toEqual({
      env,
      exit: 1,
      message: expect.stringContaining(file),
      hint: expect.stringContaining("KATA_HOME"),
    });
  }
  const { exit, message } = await refused(kata, ["projects", "list"], { env: { KATA_DB: join(kata.dir, "a-folder") } });
  expect({ exit, message }).toEqual({ exit: 1, message: `${join(kata.dir, "a-folder")} is no file.` });
});

test("an output that can't be written is a failure, and a reader that has gone is none", async () => {
  await using kata = await workspace();
  const env = { cwd: kata.dir, env: kata.env, stderr: "pipe" } as const;
  const full = Bun.spawnSync([binary(), "version"], { ...env, stdout: Bun.file("/dev/full") });
  expect({ exit: full.exitCode, stderr: full.stderr.toString() }).toEqual({ exit: 1, stderr: expect.stringContaining("no space is left") });
  const gone = Bun.spawnSync(["sh", "-c", `"${binary()}" version | true`], { ...env, stdout: "ignore" });
  expect({ exit: gone.exitCode, stderr: gone.stderr.toString() }).toEqual({ exit: 0, stderr: "" });
});

test("a change wants the whole id, and says which one, where a read takes its start", async () => {
  await using kata = await workspace();
  const ref = (await kata`create "Fix it" -q`).stdout.trim();
  await kata`daemon stop`;
  using db = new Database(join(kata.home, "kata.db"));
  db.run("UPDATE issues SET short_id = 'wxyz5' WHERE short_id = ?", [ref]);
  db.close();
  expect((await kata`show WXYZ`).stdout).toStartWith("wxyz5  Fix it");
  for (const words of [
    ["edit", "wxyz", "--title", "x"],
    ["delete", "wxyz", "--force", "--confirm", "DELETE demo#wxyz5"],
    ["purge", "demo#wxyz", "--force"],
  ]) {
    const { exit, stdout, hint } = await refused(kata, words);
    expect({ words, exit, stdout, hint }).toEqual({ words, exit: 4, stdout: "", hint: "A change wants the whole id: demo#wxyz5." });
  }
  expect((await kata`show wxyz5`).stdout).toStartWith("wxyz5  Fix it  [open]");
});
