import { expect, test } from "bun:test";
import { homeOf } from "../../src/config/home.ts";
import { workspace } from "../workspace.ts";

test("20 commands at once on a fresh home end with one daemon and 20 successes", async () => {
  await using kata = await workspace({ project: false });
  const ran = await Promise.all(Array.from({ length: 20 }, () => kata`init --project demo`));
  expect(ran.filter(({ exit, stderr }) => exit !== 0 || stderr !== "")).toEqual([]);
  expect(ran.filter(({ stdout }) => stdout.startsWith("created"))).toHaveLength(1);
  expect(kata.daemons()).toHaveLength(1);
  const records = new Bun.Glob("runtime/*/daemon.*.json").scanSync(kata.home);
  expect([...records]).toHaveLength(1);
}, 30_000);

test("what was answered is there after the daemon was killed, and the next command starts another", async () => {
  await using kata = await workspace();
  const titles = ["One", "Two", "Three"];
  for (const title of titles) expect((await kata`create ${title}`).exit).toBe(0);
  const [pid = 0] = kata.daemons();
  process.kill(pid, "SIGKILL");
  const { exit, stdout, stderr } = await kata`list`;
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
  for (const title of titles) expect(stdout).toContain(title);
  expect(kata.daemons()).not.toEqual([pid]);
});

test("capturing the output of the command that starts the daemon does not wait for the daemon", async () => {
  await using kata = await workspace({ project: false });
  const from = Date.now();
  const { exit } = await kata.run(["init", "--project", "demo"]);
  expect(exit).toBe(0);
  expect(kata.daemons()).toHaveLength(1);
  expect(Date.now() - from).toBeLessThan(5_000);
});

test("a folder's .env and bunfig.toml mean nothing to the program", async () => {
  await using kata = await workspace();
  await Bun.write(`${kata.dir}/.env`, "KATA_SERVER=http://127.0.0.1:1\nKATA_AUTHOR=mallory\n");
  await Bun.write(`${kata.dir}/bunfig.toml`, 'preload = ["./preload.ts"]\n');
  await Bun.write(`${kata.dir}/preload.ts`, "console.log('preloaded');\n");
  const { exit, stdout } = await kata`create "Fix it" --json`;
  expect(exit).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ issue: { author: "tester" } });
});

test("the database of another program at our path stays as it is, and the command says so", async () => {
  await using kata = await workspace({ project: false });
  const { db } = homeOf(kata.env);
  await Bun.write(db, "Dear diary");
  const { exit, stdout, stderr } = await kata`init --project demo`;
  expect({ exit, stdout }).toEqual({ exit: 1, stdout: "" });
  expect(stderr).toContain(db);
  expect(stderr).toContain("Hint: ");
  expect(await Bun.file(db).text()).toBe("Dear diary");
});
