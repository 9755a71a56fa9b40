import { expect, test } from "bun:test";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../free-port.ts";
import { workspace } from "../workspace.ts";

const toml = (name: string) => `version = 1\n\n[project]\nname = "${name}"\n`;

test("`kata projects list` and `kata projects show` know a project by id, name and the end of an alias", async () => {
  await using kata = await workspace({ project: "demo", origin: "git@github.com:acme/widgets.git" });
  expect((await kata`projects list`).stdout).toBe("1  demo\n");
  for (const selector of ["1", "demo", "widgets", "acme/widgets", "github.com/acme/widgets"]) {
    expect([selector, (await kata`projects show ${selector}`).stdout]).toEqual([selector, "#1 demo\n"]);
  }
  const none = await kata`projects show gadgets`;
  expect([none.exit, none.stderr]).toEqual([4, 'kata: There is no project "gadgets".\nHint: `kata projects list` lists the projects.\n']);
});

test("`kata projects show` names those that an end may mean", async () => {
  await using kata = await workspace({ project: "demo", origin: "git@github.com:acme/widgets.git" });
  await kata.run(["init", "--project", "widgets"], { cwd: kata.env["HOME"] as string });
  const { exit, stderr } = await kata`projects show widgets`;
  expect([exit, stderr]).toEqual([3, 'kata: "widgets" may mean #1 demo or #2 widgets.\nHint: Give the id.\n']);
});

test("`kata projects rename` joins its words, and the workspace follows", async () => {
  await using kata = await workspace({ project: "demo" });
  rmSync(join(kata.dir, ".gitignore"));
  expect((await kata`projects rename demo two words`).stdout).toBe("renamed project #1 to two words\n");
  expect((await kata`list`).exit).toBe(0);
  expect(await Bun.file(join(kata.dir, ".kata.toml")).text()).toBe(toml("two words"));
  // Only `kata init` is asked to list the machine's own file.
  expect(existsSync(join(kata.dir, ".gitignore"))).toBe(false);
  await kata.run(["init", "--project", "taken"], { cwd: kata.env["HOME"] as string });
  const { exit, stderr } = await kata`projects rename taken two words`;
  expect([exit, stderr.split("\n")[0]]).toEqual([5, 'kata: A project named "two words" exists already.']);
  expect((await kata`projects rename taken a#b`).exit).toBe(3);
});

test("`kata projects merge` moves everything, and says what", async () => {
  await using kata = await workspace({ project: "demo" });
  const far = { cwd: kata.env["HOME"] as string };
  await kata.run(["init", "--project", "far"], far);
  await kata.run(["create", "One"], far);
  const { stdout } = await kata.run(["projects", "merge", "far", "demo", "--rename-target", "all"], far);
  expect(stdout).toBe("merged project #2 into #1 (all); moved 1 issue, 1 alias, 1 event\n");
  expect((await kata.run(["list", "--json"], far)).json<{ issues: { qualified_id: string }[] }>().issues[0]?.qualified_id).toMatch(/^all#/);
  expect(await Bun.file(join(far.cwd, ".kata.toml")).text()).toBe(toml("all"));
});

test("`kata projects remove` is held back by open issues, and what is archived is out of sight", async () => {
  await using kata = await workspace({ project: "demo" });
  await kata`create One`;
  const held = await kata`projects remove demo`;
  expect([held.exit, held.stderr]).toEqual([
    5,
    'kata: The project "demo" has 1 open issue.\nHint: Close them first, or send force=true (--force) to archive it with them.\n',
  ]);
  expect((await kata`projects remove demo --force`).stdout).toBe(
    "archived project #1 (demo): its issues and events are kept, its aliases are gone\n",
  );
  expect((await kata`list`).exit).toBe(4);
  expect((await kata`init --json`).exit).toBe(5);
});

test("`kata projects detach` forgets an alias, the last one only by force", async () => {
  await using kata = await workspace({ project: "demo", origin: "git@github.com:acme/widgets.git" });
  const identity = "github.com/acme/widgets";
  expect((await kata`projects detach ${identity}`).exit).toBe(5);
  expect((await kata`projects detach ${identity} --force`).stdout).toBe(`detached ${identity} from project #1 (demo)\n`);
  expect((await kata`projects detach ${identity}`).exit).toBe(4);
});

test("where a daemon lets itself be read alone, commands that read find their project by its name", async () => {
  await using kata = await workspace({ project: "demo" });
  const ref = (await kata`create "Read me"`).stdout.slice(0, 4);
  const start = async () => void (await kata`daemon restart --listen ${`127.0.0.1:${await freePort()}`} --insecure-readonly`);
  await start();
  for (const words of [["list"], ["show", ref], ["show", `demo#${ref}`], ["search", "read"], ["ready"], ["list", "--project", "demo"]])
    expect([words, await kata.run(words)]).toMatchObject([words, { exit: 0, stdout: expect.stringContaining("Read me"), stderr: "" }]);
  const absent = await kata`list --project other`;
  expect([absent.exit, absent.stderr]).toEqual([4, 'kata: There is no project "other".\nHint: `kata projects list` lists the projects.\n']);
  const refused = await kata`create "Write me"`;
  expect([refused.exit, refused.stderr]).toEqual([1, expect.stringContaining("This daemon only lets itself be read.")]);
  // A token that is wanted and missing is told as before.
  await kata.run(["daemon", "restart"], { env: { KATA_AUTH_TOKEN: "change-me" } });
  expect((await kata`list`).stderr).toStartWith("kata: This daemon wants a bearer token. ");
});
