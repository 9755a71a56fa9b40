import { expect, test } from "bun:test";
import { workspace } from "../workspace.ts";

test("`kata version` says what was built", async () => {
  await using kata = await workspace({ project: false });
  const { exit, stdout } = await kata`version`;
  expect({ exit, name: stdout.split(" ")[0] }).toEqual({ exit: 0, name: "kata" });
  expect((await kata`version --json`).json()).toMatchObject({
    kata_api_version: 1,
    version: expect.any(String),
    commit: expect.any(String),
  });
  expect(kata.daemons()).toEqual([]);
});

test("`kata init` binds a repository to the project of its remote, and twice changes nothing", async () => {
  await using kata = await workspace({ project: false, origin: "git@github.com:ada/login.git" });
  expect(await kata`init`).toMatchObject({ exit: 0, stdout: "created and bound project login\n", stderr: "" });
  expect(await Bun.file(`${kata.dir}/.kata.toml`).text()).toBe('version = 1\n\n[project]\nname = "login"\n');
  expect(await Bun.file(`${kata.dir}/.gitignore`).text()).toBe(".kata.local.toml\n");
  expect(await kata`init`).toMatchObject({ exit: 0, stdout: "bound project login\n", stderr: "" });
  expect((await kata`create "Fix it"`).exit).toBe(0);
});

test("`kata daemon start` goes to the background once it listens, and `kata daemon stop` returns when it has ended", async () => {
  await using kata = await workspace({ project: false });
  expect(await kata`daemon stop`).toMatchObject({ exit: 0, stdout: "", stderr: "" });
  const started = await kata`daemon start`;
  expect(started).toMatchObject({ exit: 0, stdout: "" });
  const [pid = 0] = kata.daemons();
  expect(started.stderr).toContain(`pid=${pid}`);
  expect(started.stderr).toContain("unix://");
  expect(await kata`daemon stop`).toMatchObject({ exit: 0, stdout: `stopped pid=${pid}\n`, stderr: "" });
  expect(kata.daemons()).toEqual([]);
});

test("`kata daemon start` takes over from an automatic daemon, and from no other", async () => {
  await using kata = await workspace();
  const [automatic = 0] = kata.daemons();
  const taken = await kata`daemon start`;
  expect(taken.exit).toBe(0);
  const [explicit = 0] = kata.daemons();
  expect(explicit).not.toBe(automatic);
  const again = await kata`daemon start`;
  expect(again).toMatchObject({ exit: 1, stdout: "" });
  expect(again.stderr).toContain(`pid ${explicit}`);
  expect(kata.daemons()).toEqual([explicit]);
  expect((await kata`list`).exit).toBe(0);
});

test("`kata init` in a workspace of a known alias says how to join its project", async () => {
  await using kata = await workspace({ project: "two words" });
  await Bun.file(`${kata.dir}/.kata.toml`).delete();
  const { exit, stderr } = await kata`init`;
  expect(exit).toBe(5);
  expect(stderr).toContain('To join that project: kata init --project "two words".');
  expect(await kata`init --project "two words"`).toMatchObject({ exit: 0, stdout: "bound project two words\n" });
});

test("a remote that can't be an alias is no dead end: the folder is the alias", async () => {
  await using kata = await workspace({ project: false, origin: "https://github.com/acme/b\u00fccher.git" });
  const { alias, project } = (await kata`init --json`).json<{ alias: { alias_kind: string }; project: { name: string } }>();
  expect({ kind: alias.alias_kind, name: project.name }).toEqual({ kind: "local", name: "demo" });
  expect((await kata`list`).exit).toBe(0);
});

test("what a variable holds is harmless where it is quoted", async () => {
  await using kata = await workspace();
  const { exit, stderr } = await kata.run(["list"], { env: { KATA_HTTP_TIMEOUT: "1\u001b[31m\u202e\u009b1m" } });
  expect(exit).toBe(0);
  expect(stderr).toStartWith("kata: KATA_HTTP_TIMEOUT=");
  expect(stderr.trimEnd()).not.toMatch(/[\p{Cf}\p{Cc}]/u);
});

test("help is text, and an object with --json; `kata help help` is help too", async () => {
  await using kata = await workspace({ project: false });
  const text = (await kata`help list`).stdout;
  expect(text).toContain("--max-priority");
  for (const words of [
    ["help", "list", "--json"],
    ["list", "--help", "--json"],
    ["--json", "help", "list"],
  ]) {
    expect((await kata.run(words)).json<unknown>()).toEqual({ kata_api_version: 1, help: text.trimEnd() });
  }
  const general = (await kata`help`).stdout;
  expect((await kata`--json`).json<unknown>()).toEqual({ kata_api_version: 1, help: general.trimEnd() });
  expect(await kata`help help`).toMatchObject({ exit: 0, stdout: general, stderr: "" });
});

test("words before a command's name, or behind -- without one, are refused", async () => {
  await using kata = await workspace({ project: false });
  for (const words of [
    ["--", "create", "x"],
    ["label", "--", "add", "abc4", "x"],
    ["help", "list", "extra"],
  ]) {
    const { exit, stdout, stderr } = await kata.run(words);
    expect({ words, exit, stdout }).toEqual({ words, exit: 2, stdout: "" });
    expect(stderr).toMatch(/^kata: .+\nHint: .+\n$/);
  }
});
