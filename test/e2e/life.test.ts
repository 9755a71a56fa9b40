import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { homeOf } from "../../src/config/home.ts";
import { isLocked } from "../../src/config/lock.ts";
import { type Workspace, workspace } from "../workspace.ts";

test("SIGTERM lets what is asked be answered, ends streams, and leaves neither lock nor socket", async () => {
  await using kata = await workspace();
  await kata`daemon stop`;
  const { lock, socket } = homeOf(kata.env);
  const daemon = kata.start(["daemon", "start", "--foreground"]);
  while (!existsSync(socket) || !(await kata`health`).stdout.startsWith("ok")) await Bun.sleep(5);

  const ask = (path: string, init: RequestInit = {}) => fetch(`http://kata.invalid/api/v1${path}`, { unix: socket, ...init });
  const stream = await ask("/events/stream", { headers: { accept: "text/event-stream" } });
  const streamed = stream.text();
  const creates = Array.from({ length: 16 }, (_, i) =>
    ask("/projects/1/issues", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ actor: "a", title: `${Bun.randomUUIDv7("base64url")} ${i}` }),
    }),
  );
  await Bun.sleep(1);
  daemon.kill("SIGTERM");
  const statuses = (await Promise.all(creates)).map(({ status }) => status);
  expect(statuses).toEqual(Array.from({ length: 16 }, () => 200));
  expect(await streamed).toStartWith(": connected\n\n");
  expect(await daemon.exited).toBe(0);
  expect([isLocked(lock), existsSync(socket)]).toEqual([false, false]);
  expect([...new Bun.Glob("daemon.*.json").scanSync(homeOf(kata.env).runtime)]).toEqual([]);
  expect(existsSync(dirname(socket))).toBe(true);
  const { issues } = (await kata`list --json`).json<{ issues: unknown[] }>();
  expect(issues).toHaveLength(16);
});

/** Lets the daemon that runs say that it is of another version, and gives its pid. */
async function makeOld(kata: Workspace): Promise<number> {
  const { runtime, lock } = homeOf(kata.env);
  const [pid = 0] = kata.daemons();
  for (const path of [`${runtime}/daemon.${pid}.json`, lock]) {
    await Bun.write(path, JSON.stringify({ ...(await Bun.file(path).json()), version: "0.0.1" }));
  }
  return pid;
}

test("an automatic daemon of another version is replaced by the next command, unless that is not wanted", async () => {
  await using kata = await workspace();
  const pid = await makeOld(kata);
  expect((await kata.run(["list"], { env: { KATA_SKIP_DAEMON_VERSION_CHECK: "1" } })).exit).toBe(0);
  expect(kata.daemons()).toEqual([pid]);
  expect(await kata`list`).toMatchObject({ exit: 0, stderr: "" });
  expect(kata.daemons()).toHaveLength(1);
  expect(kata.daemons()).not.toEqual([pid]);
});

test("a daemon of another version that somebody started stays, and the command says what to do", async () => {
  await using kata = await workspace();
  await kata`daemon start`;
  const pid = await makeOld(kata);
  const { exit, stderr } = await kata`list`;
  expect([exit, stderr]).toEqual([1, expect.stringMatching(/is kata 0\.0\.1, and this is kata \S+\nHint: .*kata daemon restart/)]);
  expect(kata.daemons()).toEqual([pid]);
});

test("a daemon is found by its record where the lock's file does not tell of it", async () => {
  await using kata = await workspace();
  const { lock } = homeOf(kata.env);
  const [pid = 0] = kata.daemons();
  for (const text of ["", "{}", JSON.stringify({ pid, address: "127.0.0.1:1", started_by: "auto", version: "0.0.1" })]) {
    await Bun.write(lock, text);
    expect(await kata`list`).toMatchObject({ exit: 0, stderr: "" });
  }
  await Bun.write(lock, JSON.stringify({ pid, address: "unix:///nowhere", started_by: "auto" }));
  expect(kata.daemons()).toEqual([pid]);
});
