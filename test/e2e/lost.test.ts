import { expect, test } from "bun:test";
import { connect, createServer } from "node:net";
import { freePort } from "../free-port.ts";
import { type Workspace, workspace } from "../workspace.ts";

type Failed = { error: { kind: string; code?: string; message: string; hint: string; data?: { idempotency_key: string; retry: string } } };

/** A daemon on a port, and a way there that loses the replies to some requests once the daemon has given them. */
async function behindLoss(lost: RegExp, how: "cut" | "silent") {
  const kata = await workspace();
  const port = await freePort();
  await kata`daemon restart --listen 127.0.0.1:${port}`;
  const seen: string[] = [];
  const state = { losing: true };
  const way = createServer((socket) => {
    const daemon = connect(port, "127.0.0.1");
    let losing = false;
    socket.on("data", (data: Buffer) => {
      const line = data.toString().split("\r\n")[0] ?? "";
      if (line.endsWith(" HTTP/1.1")) seen.push(line);
      losing = state.losing && lost.test(line);
      daemon.write(data);
    });
    daemon.on("data", (data: Buffer) => {
      if (!losing) socket.write(data);
      else if (how === "cut") socket.destroy();
    });
    for (const end of [socket, daemon]) end.on("error", () => undefined).on("close", () => (socket.destroy(), daemon.destroy()));
  });
  await new Promise<void>((resolve) => way.listen(0, "127.0.0.1", resolve));
  const { port: wayPort } = way.address() as { port: number };
  const env = { KATA_SERVER: `http://127.0.0.1:${wayPort}`, KATA_HTTP_TIMEOUT: how === "cut" ? "20s" : "500ms" };
  return {
    kata,
    seen,
    state,
    env,
    server: env.KATA_SERVER,
    [Symbol.asyncDispose]: async () => (way.close(), await kata[Symbol.asyncDispose]()),
  };
}

const titles = async (kata: Workspace) =>
  (await kata`list --json`).json<{ issues: { title: string }[] }>().issues.map(({ title }) => title);
const failed = (stderr: string) => JSON.parse(stderr) as Failed;

test("a create whose reply is lost says that it is not known, and the command that it shows creates it once", async () => {
  await using way = await behindLoss(/^POST \S+\/issues /, "cut");
  const { kata, env, state, server } = way;
  const lost = await kata.run(["create", "it's\nlost", "--label", "bug", "--json"], { env });
  const { error } = failed(lost.stderr);
  expect([lost.exit, error.kind, error.code]).toEqual([7, "daemon_unavailable", "create_outcome_unknown"]);
  expect(error.message).toBe(
    `No daemon answers at ${server}: the connection was cut before the reply came. Whether the change was made is not known.`,
  );
  expect(error.hint).toBe(`Send the same again: its key sees to it that it is created once: ${error.data?.retry}`);
  expect(error.data?.retry).toContain(`--idempotency-key ${error.data?.idempotency_key}`);
  expect(await titles(kata)).toEqual(["it's\nlost"]);

  state.losing = false;
  const words = (error.data?.retry ?? "").replace(/^kata /, "");
  for (let again = 0; again < 2; again++) {
    const child = Bun.spawn(["bash", "-c", `"$0" ${words}`, kata.bin], { cwd: kata.dir, env: { ...kata.env, ...env }, stderr: "pipe" });
    const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
    expect([await child.exited, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toMatchObject({ reused: true, issue: { title: "it's\nlost" } });
  }
  expect(await titles(kata)).toEqual(["it's\nlost"]);
});

test("a create is sent once: nothing sends a change again by itself", async () => {
  await using way = await behindLoss(/^POST \S+\/issues /, "cut");
  await way.kata.run(["create", "Once"], { env: way.env });
  expect(way.seen.filter((line) => /^POST \S+\/issues /.test(line))).toHaveLength(1);
});

test("a create that gets no reply in time says that it is not known", async () => {
  await using way = await behindLoss(/^POST \S+\/issues /, "silent");
  const { exit, stderr } = await way.kata.run(["create", "Slow", "--idempotency-key", "slow-1"], { env: way.env });
  expect(exit).toBe(1);
  expect(stderr).toBe(
    `kata: No daemon answers at ${way.server}: it did not answer within 500 ms. Whether the change was made is not known.\n` +
      "Hint: Send the same again: its key sees to it that it is created once: kata create Slow --idempotency-key slow-1\n",
  );
});

test("another change whose reply is lost says so, and how to look", async () => {
  await using way = await behindLoss(/^(?:PATCH|POST|DELETE) \S+\/issues\//, "cut");
  const { kata, env, server } = way;
  const ref = (await kata`create "An issue" -q`).stdout.trim();
  const { exit, stderr } = await kata.run(["edit", ref, "--title", "Another"], { env });
  expect([exit, stderr]).toEqual([
    7,
    `kata: No daemon answers at ${server}: the connection was cut before the reply came. Whether the change was made is not known.\n` +
      `Hint: Look before you send it again: \`kata show ${ref}\`\n`,
  ]);
  expect(await titles(kata)).toEqual(["Another"]);
  const json = failed((await kata.run(["label", "add", ref, "bug", "--json"], { env })).stderr);
  expect(json.error).toMatchObject({ kind: "daemon_unavailable", code: "outcome_unknown" });
});

test("a new token whose reply is lost is looked for among the tokens, and its file does not stay", async () => {
  await using way = await behindLoss(/^POST \S+\/tokens /, "cut");
  const { kata, env } = way;
  const { exit, stderr } = await kata.run(["tokens", "create", "--actor", "wesm", "--token-file", "wesm.token"], { env });
  expect([exit, stderr]).toEqual([7, expect.stringContaining("Hint: Look before you send it again: `kata tokens list`\n")]);
  expect((await kata`tokens list`).stdout).toContain("wesm");
  expect(await Bun.file(`${kata.dir}/wesm.token`).exists()).toBe(false);
});

test("a read whose reply is lost says nothing of a change", async () => {
  await using way = await behindLoss(/^GET \S+\/issues/, "cut");
  const { exit, stderr } = await way.kata.run(["list", "--json"], { env: way.env });
  expect([exit, failed(stderr).error.code]).toEqual([7, undefined]);
  expect(stderr).not.toContain("change");
});

test("a gateway that lost the daemon's reply is no better than a lost connection", async () => {
  await using kata = await workspace();
  const port = await freePort();
  await kata`daemon restart --listen 127.0.0.1:${port}`;
  using gateway = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const { pathname, search } = new URL(request.url);
      const reply = await fetch(`http://127.0.0.1:${port}${pathname}${search}`, request);
      return request.method === "POST" && pathname.endsWith("/issues") ? new Response("<h1>Bad Gateway</h1>", { status: 502 }) : reply;
    },
  });
  const { exit, stderr } = await kata.run(["create", "Lost", "--json"], { env: { KATA_SERVER: `http://127.0.0.1:${gateway.port}` } });
  expect([exit, failed(stderr).error.code]).toEqual([7, "create_outcome_unknown"]);
  expect(await titles(kata)).toEqual(["Lost"]);
});
