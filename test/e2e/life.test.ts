import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { connect, type NetConnectOpts } from "node:net";
import { dirname } from "node:path";
import { homeOf } from "../../src/config/home.ts";
import { isLocked } from "../../src/config/lock.ts";
import { freePort } from "../free-port.ts";
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
  await Promise.race(creates);
  daemon.kill("SIGTERM");
  // Who comes too late finds no socket; whoever found it is answered.
  const outcomes = (await Promise.allSettled(creates)).map((each) =>
    each.status === "fulfilled" ? each.value.status : (each.reason as { code: string }).code,
  );
  const answered = outcomes.filter((outcome) => outcome === 200);
  expect(outcomes.filter((outcome) => outcome !== 200 && outcome !== "ENOENT")).toEqual([]);
  expect(await streamed).toStartWith(": connected\n\n");
  expect(await daemon.exited).toBe(0);
  expect([isLocked(lock), existsSync(socket)]).toEqual([false, false]);
  expect([...new Bun.Glob("daemon.*.json").scanSync(homeOf(kata.env).runtime)]).toEqual([]);
  expect(existsSync(dirname(socket))).toBe(true);
  const { issues } = (await kata`list --json`).json<{ issues: unknown[] }>();
  expect(issues).toHaveLength(answered.length);
});

/** What a stream's connection brings until it closes, byte for byte. */
function rawStream(where: NetConnectOpts): { reply: Promise<string>; connected: Promise<void> } {
  const connected = Promise.withResolvers<void>();
  const reply = Promise.withResolvers<string>();
  let got = "";
  const socket = connect(where, () => {
    socket.write("GET /api/v1/events/stream HTTP/1.1\r\nHost: kata.invalid\r\nAccept: text/event-stream\r\n\r\n");
  });
  socket.setEncoding("latin1");
  socket.on("data", (piece) => {
    got += String(piece);
    if (got.includes(": connected")) connected.resolve();
  });
  socket.on("error", reply.reject);
  socket.on("close", () => reply.resolve(got));
  return { reply: reply.promise, connected: connected.promise };
}

/** The text of a reply in chunks; throws where a chunk is cut, or none ends it. */
function unchunked(reply: string): string {
  let rest = reply.slice(reply.indexOf("\r\n\r\n") + 4);
  for (let text = ""; ;) {
    const [line = "", size = ""] = /^([0-9a-f]+)\r\n/i.exec(rest) ?? [];
    const length = Number.parseInt(size, 16);
    const chunk = rest.slice(line.length, line.length + length);
    if (chunk.length !== length || rest.slice(line.length + length, line.length + length + 2) !== "\r\n") throw new Error(`cut: ${rest}`);
    rest = rest.slice(line.length + length + 2);
    if (length > 0) text += chunk;
    else if (rest === "") return text;
    else throw new Error(`more after the end: ${rest}`);
  }
}

test("SIGTERM ends each stream as a whole reply: no chunk is cut, and the last one says that it is the last", async () => {
  await using kata = await workspace();
  await kata`daemon stop`;
  const port = await freePort();
  for (const [listen, where] of [
    [[], { path: homeOf(kata.env).socket }],
    [["--listen", `127.0.0.1:${port}`], { host: "127.0.0.1", port }],
  ] as const) {
    const daemon = kata.start(["daemon", "start", "--foreground", ...listen]);
    while ((await kata`health`).exit !== 0) await Bun.sleep(5);
    const streams = Array.from({ length: 20 }, () => rawStream(where));
    await Promise.all(streams.map(({ connected }) => connected));
    const writing = Promise.all(
      Array.from({ length: 10 }, (_, i) => kata`create ${`Issue ${i} ${Bun.randomUUIDv7("base64url")}`} --force-new`),
    );
    await Bun.sleep(20);
    daemon.kill("SIGTERM");
    for (const { reply } of streams) expect(unchunked(await reply)).toMatch(/^: connected\n\n((id|event|data): .*\n|\n)*$/);
    expect(await daemon.exited).toBe(0);
    await writing;
    await kata`daemon stop`;
  }
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
