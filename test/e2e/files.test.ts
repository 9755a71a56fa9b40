import { expect, test } from "bun:test";
import { chmodSync, chownSync, lstatSync, mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { homeOf } from "../../src/config/home.ts";
import { binary } from "../binary.ts";
import { workspace } from "../workspace.ts";

const modeOf = (path: string) => (lstatSync(path).mode & 0o777).toString(8);

test("what kata makes is for its user alone, whatever the umask", async () => {
  await using kata = await workspace({ project: false });
  const home = join(kata.dir, "fresh", "home");
  const env = { ...kata.env, KATA_HOME: home };
  const words = ["sh", "-c", 'umask 0; exec "$0" projects list', binary()];
  const child = Bun.spawn(words, { env, cwd: kata.dir, stdio: ["ignore", "ignore", "pipe"] });
  const said = await child.stderr.text();
  try {
    expect([await child.exited, said]).toEqual([0, ""]);
    const { db, runtime, socket, lock, log } = homeOf(env);
    for (const folder of [home, runtime, dirname(socket), dirname(dirname(socket))])
      expect([folder, modeOf(folder)]).toEqual([folder, "700"]);
    for (const file of [db, `${db}-wal`, `${db}-shm`, socket, lock, log]) expect([file, modeOf(file)]).toEqual([file, "600"]);
  } finally {
    await kata.run(["daemon", "stop"], { env });
  }
});

test("a folder for the socket that is a link is refused", async () => {
  await using kata = await workspace({ project: false });
  const folder = dirname(dirname(homeOf(kata.env).socket));
  mkdirSync(join(kata.dir, "elsewhere"));
  symlinkSync(join(kata.dir, "elsewhere"), folder);
  const { exit, stderr } = await kata`projects list`;
  expect([exit, stderr]).toEqual([1, expect.stringContaining(`kata: ${folder} is a link or no folder`)]);
  expect(stderr).toContain("\nHint: ");
});

test.if(process.getuid?.() === 0)("a folder for the socket that belongs to somebody else is refused", async () => {
  await using kata = await workspace({ project: false });
  const folder = dirname(dirname(homeOf(kata.env).socket));
  mkdirSync(folder, { mode: 0o700 });
  chownSync(folder, 65_534, 65_534);
  const { exit, stderr } = await kata`projects list`;
  expect([exit, stderr]).toEqual([1, expect.stringContaining(`kata: ${folder} belongs to user 65534`)]);
  expect(stderr).toContain("\nHint: ");
});

test("our own folder for the socket is closed to others", async () => {
  await using kata = await workspace({ project: false });
  const folder = dirname(homeOf(kata.env).socket);
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o777);
  expect((await kata`projects list`).exit).toBe(0);
  expect(modeOf(folder)).toBe("700");
});

test("a path that is longer than a socket's address holds serves as well", async () => {
  await using kata = await workspace({ project: false });
  const env = { XDG_RUNTIME_DIR: join(kata.dir, "x".repeat(120)) };
  const { exit, stderr } = await kata.run(["projects", "list"], { env });
  expect([exit, stderr]).toEqual([0, ""]);
  expect(dirname(homeOf({ ...kata.env, ...env }).socket).length).toBeGreaterThan(107);
});
