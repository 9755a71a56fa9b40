import { expect, test } from "bun:test";
import { freshApp, type TestApp } from "../../test/apps.ts";
import { type Door, freshDaemon, SHARED, type TestDaemon } from "../../test/daemons.ts";
import { createIssue } from "../app/create.ts";
import { initProject } from "../app/projects.ts";
import { listTokens, mintToken, revokeToken } from "../app/tokens.ts";
import { hashOf } from "../core/token.ts";
import { LiveTokens } from "./live-tokens.ts";

const IDENTITY = { token: SHARED, require_token_identity: true };
/** What the page of the remote daemon allows, and what a busy machine may take beside. */
const SOON_MS = 1_000 + 3_000;

/** Opens a stream and gives what ends it, with the time that it took, and what it had said until then. */
async function streaming(kata: TestDaemon, door: Door, token: string, headers: Record<string, string> = {}) {
  const stop = new AbortController();
  const response = await kata.fetch(door, "/events/stream", {
    token,
    headers: { accept: "text/event-stream", ...headers },
    signal: stop.signal,
  });
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const first = new TextDecoder().decode((await reader.read()).value);
  const rest = async (): Promise<string> => {
    let text = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text;
      text += new TextDecoder().decode(value);
    }
  };
  const ended = rest();
  const within = (ms: number) => Promise.race([ended, Bun.sleep(ms).then(() => "it goes on")]);
  return { status: response.status, first, within, stop: () => stop.abort() };
}

const revoke = (kata: TestDaemon, id: number, verb = "revoke") =>
  kata.ask("tcp", `/tokens/${id}/actions/${verb}`, { method: "POST", token: SHARED, body: {} });

test("`A revoked or expired token is refused at once and its open streams are cut within a second`: revoked and rotated", async () => {
  await using kata = await freshDaemon(IDENTITY);
  for (const verb of ["revoke", "rotate"]) {
    const { id, plaintext } = await kata.mint({});
    const other = await kata.mint({ read_only: true });
    const [cut, proxied, stays] = [
      await streaming(kata, "tcp", plaintext),
      await streaming(kata, "proxy-unix", plaintext, { "x-kata-actor": "ann" }),
      await streaming(kata, "tcp", other.plaintext),
    ];
    expect([cut.status, cut.first, proxied.status, stays.status]).toEqual([200, ": connected\n\n", 200, 200]);
    expect((await revoke(kata, id, verb)).status).toBe(200);
    expect((await kata.ask("tcp", "/projects", { token: plaintext })).body.error?.code).toBe("token_invalid");
    expect([await cut.within(SOON_MS), await proxied.within(SOON_MS)]).toEqual(["", ""]);
    expect(await stays.within(100)).toBe("it goes on");
    stays.stop();
  }
});

test("an open stream is cut when its token expires", async () => {
  await using kata = await freshDaemon(IDENTITY);
  const brief = await kata.mint({ expires_in_seconds: 60 });
  const stream = await streaming(kata, "unix", brief.plaintext);
  expect(await stream.within(700)).toBe("it goes on");
  kata.app.pass(60_000);
  expect(await stream.within(SOON_MS)).toBe("");
});

test("a token that another daemon of the database revokes is refused within a second, and its streams are cut", async () => {
  await using kata = await freshDaemon(IDENTITY);
  const { id, plaintext } = await kata.mint({});
  const stream = await streaming(kata, "tcp", plaintext);
  expect((await kata.ask("tcp", "/projects", { token: plaintext })).status).toBe(200);
  // The use case alone is what this daemon sees of the other: nothing is told to its own cache.
  await revokeToken(kata.app, id);
  await Bun.sleep(1_000);
  expect((await kata.ask("tcp", "/projects", { token: plaintext })).status).toBe(403);
  expect(await stream.within(SOON_MS)).toBe("");
});

test("hidden events do not move a stream, nor keep it from what follows", async () => {
  await using kata = await freshDaemon(IDENTITY);
  const { id: project_id } = (await initProject(kata.app, { name: "demo" })).project;
  const { plaintext } = await kata.mint({});
  const stop = new AbortController();
  const response = await kata.fetch("tcp", "/events/stream", {
    token: plaintext,
    headers: { accept: "text/event-stream" },
    signal: stop.signal,
  });
  const create = (title: string) => createIssue(kata.app, { project_id, actor: "ann", title, labels: [], links: [] });
  await create("one");
  for (let n = 0; n < 5; n++) await kata.mint({});
  await create("two");
  let text = "";
  const decoder = new TextDecoder();
  for await (const piece of response.body ?? []) {
    text += decoder.decode(piece);
    if (text.includes("id: 8\n")) break;
  }
  stop.abort();
  expect(Array.from(text.matchAll(/^id: (\d+)\nevent: (.*)$/gm), ([, id, type]) => [id, type])).toEqual([
    ["2", "issue.created"],
    ["8", "issue.created"],
  ]);
});

/** A token's hash, and what the app's list says of its last use. */
async function used(app: TestApp) {
  const { plaintext } = await mintToken(app, { actor: "ann" });
  const last = async () => (await listTokens(app)).tokens[0]?.last_used_at;
  const until = async (wanted: string) => {
    for (let tries = 0; tries < 200 && (await last()) !== wanted; tries++) await Bun.sleep(10);
    return last();
  };
  return { hash: hashOf(plaintext), last, until };
}

test("`find()` has `last_used_at` written at most once a minute", async () => {
  await using app = await freshApp();
  const tokens = new LiveTokens(app);
  const { hash, last, until } = await used(app);
  expect(await last()).toBeNull();
  await tokens.find(hash);
  expect(await until("2026-03-01T12:00:00.000Z")).toBe("2026-03-01T12:00:00.000Z");
  app.pass(59_999);
  await tokens.find(hash);
  await app.db.transact(async () => {}); // Whatever was sent before has been written then.
  expect(await last()).toBe("2026-03-01T12:00:00.000Z");
  app.pass(1);
  await tokens.find(hash);
  expect(await until("2026-03-01T12:01:00.000Z")).toBe("2026-03-01T12:01:00.000Z");
});

test("`find()` asks the database for a token that is in use twice a second at the most", async () => {
  await using app = await freshApp();
  const { hash } = await used(app);
  let asked = 0;
  const all: TestApp["db"]["all"] = (query) => ((asked += 1), app.db.all(query));
  const tokens = new LiveTokens({ ...app, db: { ...app.db, all } });
  const until = performance.now() + 300;
  let found = 0;
  while (performance.now() < until) found += (await tokens.find(hash)) ? 1 : 0;
  expect(found).toBeGreaterThan(100);
  expect(asked).toBeLessThanOrEqual(2);
});

test("`find()` believes nothing that was read before a token was revoked", async () => {
  await using app = await freshApp();
  const { hash } = await used(app);
  const gate = Promise.withResolvers<void>();
  let held = true;
  const all: TestApp["db"]["all"] = async (query) => {
    const rows = await app.db.all(query);
    if (held) await gate.promise;
    return rows as never;
  };
  const tokens = new LiveTokens({ ...app, db: { ...app.db, all } });
  const finding = tokens.find(hash);
  await revokeToken(app, 1);
  held = false;
  tokens.forget(1);
  gate.resolve();
  expect(await finding).toMatchObject({ state: "revoked" });
  expect(await tokens.find(hash)).toMatchObject({ state: "revoked" });
});
