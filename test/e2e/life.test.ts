import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { homeOf } from "../../src/config/home.ts";
import { isLocked } from "../../src/config/lock.ts";
import { workspace } from "../workspace.ts";

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

test("an automatic daemon of another version is replaced by the next command, unless that is not wanted", async () => {
  await using kata = await workspace();
  const { runtime } = homeOf(kata.env);
  const [pid = 0] = kata.daemons();
  const path = `${runtime}/daemon.${pid}.json`;
  await Bun.write(path, JSON.stringify({ ...(await Bun.file(path).json()), version: "0.0.1" }));
  expect((await kata.run(["list"], { env: { KATA_SKIP_DAEMON_VERSION_CHECK: "1" } })).exit).toBe(0);
  expect(kata.daemons()).toEqual([pid]);
  expect(await kata`list`).toMatchObject({ exit: 0, stderr: "" });
  expect(kata.daemons()).toHaveLength(1);
  expect(kata.daemons()).not.toEqual([pid]);
});

test("a daemon of another version that somebody started stays, and the command says what to do", async () => {
  await using kata = await workspace();
  await kata`daemon start`;
  const [pid = 0] = kata.daemons();
  const path = `${homeOf(kata.env).runtime}/daemon.${pid}.json`;
  await Bun.write(path, JSON.stringify({ ...(await Bun.file(path).json()), version: "0.0.1" }));
  const { exit, stderr } = await kata`list`;
  expect([exit, stderr]).toEqual([1, expect.stringMatching(/is kata 0\.0\.1, and this is kata \S+\nHint: .*kata daemon restart/)]);
  expect(kata.daemons()).toEqual([pid]);
});
