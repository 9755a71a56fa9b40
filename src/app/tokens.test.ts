import { expect, test } from "bun:test";
import { freshApp } from "../../test/apps.ts";
import { eventsIn } from "../../test/events.ts";
import { isOwnToken, hashOf } from "../core/token.ts";
import { findTokenByHash } from "../store/tokens.ts";
import { listProjects } from "./projects.ts";
import { auditCloses } from "./audits.ts";
import { digest } from "./digests.ts";
import { pollEvents } from "./events.ts";
import { listTokens, mintToken, revokeToken, rotateToken } from "./tokens.ts";

const NOW = "2026-03-01T12:00:00.000Z";

test("`mintToken()` gives the plaintext once, and keeps its SHA-256 alone", async () => {
  await using app = await freshApp();
  const { token, plaintext } = await mintToken(app, { actor: " wesm ", name: "laptop", expires_in_seconds: 3_600 });
  expect(isOwnToken(plaintext)).toBe(true);
  expect(token).toEqual({
    id: 1,
    actor: "wesm",
    name: "laptop",
    created_at: NOW,
    last_used_at: null,
    revoked_at: null,
    expires_at: "2026-03-01T13:00:00.000Z",
    state: "live",
  });
  expect(await findTokenByHash(app.db, hashOf(plaintext))).toMatchObject({ id: 1 });
  expect(await listTokens(app)).toEqual({ tokens: [token], observed_at: NOW });
  const payload = { token_id: 1, actor: "wesm", name: "laptop", expires_at: "2026-03-01T13:00:00.000Z" };
  expect(await eventsIn(app.db)).toMatchObject([{ type: "token.created", actor: "bootstrap", payload, issue_uid: null }]);
  expect(JSON.stringify([await eventsIn(app.db), await listTokens(app)])).not.toContain(plaintext);
});

test("`mintToken()` leaves out what was not said: no name, no end, and it may write", async () => {
  await using app = await freshApp();
  const { token } = await mintToken(app, { actor: "wesm", name: " ", expires_in_seconds: null, read_only: false });
  expect(token).toEqual({ id: 1, actor: "wesm", name: null, created_at: NOW, last_used_at: null, revoked_at: null, state: "live" });
  expect((await mintToken(app, { actor: "wesm", read_only: true })).token).toMatchObject({ read_only: true });
});

test("`mintToken()` refuses actors and names that are none", async () => {
  await using app = await freshApp();
  for (const actor of ["", " ", "x".repeat(65), "a\nb", "bootstrap", "BootStrap"])
    expect(mintToken(app, { actor })).rejects.toMatchObject({ code: "validation", message: expect.stringMatching(/^actor: /) });
  for (const name of ["x".repeat(101), "a\u0000b"])
    expect(mintToken(app, { actor: "wesm", name })).rejects.toMatchObject({
      code: "validation",
      message: expect.stringMatching(/^name: /),
    });
  expect((await listTokens(app)).tokens).toEqual([]);
});

test("`listTokens()` says of each whether it is live, expired or revoked, at the moment that it names", async () => {
  await using app = await freshApp();
  for (const expires_in_seconds of [null, 60, 60]) await mintToken(app, { actor: "wesm", expires_in_seconds });
  await revokeToken(app, 3);
  app.pass(60_000);
  const { tokens, observed_at } = await listTokens(app);
  expect(observed_at).toBe("2026-03-01T12:01:00.000Z");
  expect(tokens.map(({ state }) => state)).toEqual(["live", "expired", "revoked"]);
});

test("`revokeToken()` ends a token once: the first time stays, and there is one event", async () => {
  await using app = await freshApp();
  await mintToken(app, { actor: "wesm", name: "laptop" });
  app.pass(1_000);
  const first = await revokeToken(app, 1);
  expect(first).toMatchObject({
    token: { id: 1, revoked_at: "2026-03-01T12:00:01.000Z", state: "revoked" },
    event: { type: "token.revoked", project_id: 0, project_name: "#system", actor: "bootstrap" },
  });
  app.pass(1_000);
  expect(await revokeToken(app, 1)).toEqual({ token: first.token, event: null });
  const changes = { revoked_at: { from: null, to: "2026-03-01T12:00:01.000Z" } };
  expect(await eventsIn(app.db, 1)).toMatchObject([
    { type: "token.revoked", payload: { token_id: 1, actor: "wesm", name: "laptop" }, changes },
  ]);
  expect(revokeToken(app, 9)).rejects.toMatchObject({ code: "token_not_found" });
});

test("`rotateToken()` revokes and makes another in one change: the same actor, name and kind, and as long a life", async () => {
  await using app = await freshApp();
  const old = await mintToken(app, { actor: "wesm", name: "laptop", expires_in_seconds: 600, read_only: true });
  app.pass(300_000);
  const { token, plaintext, event } = await rotateToken(app, 1);
  expect(plaintext).not.toBe(old.plaintext);
  expect(token).toMatchObject({
    id: 2,
    actor: "wesm",
    name: "laptop",
    read_only: true,
    state: "live",
    expires_at: "2026-03-01T12:15:00.000Z",
  });
  expect(event).toMatchObject({ type: "token.created", payload: expect.stringContaining('"replaces":1') });
  expect((await listTokens(app)).tokens.map(({ state }) => state)).toEqual(["revoked", "live"]);
  expect((await eventsIn(app.db, 1)).map(({ type }) => type)).toEqual(["token.revoked", "token.created"]);
  expect((await rotateToken(app, 2, 60)).token).toMatchObject({ id: 3, expires_at: "2026-03-01T12:06:00.000Z" });
});

test("`rotateToken()` takes one that has expired, and refuses one that was revoked or is not there", async () => {
  await using app = await freshApp();
  await mintToken(app, { actor: "wesm", expires_in_seconds: 1 });
  app.pass(5_000);
  expect((await rotateToken(app, 1)).token).toMatchObject({ id: 2, expires_at: "2026-03-01T12:00:06.000Z" });
  const before = await eventsIn(app.db);
  expect(rotateToken(app, 1)).rejects.toMatchObject({ code: "conflict" });
  expect(rotateToken(app, 9)).rejects.toMatchObject({ code: "token_not_found" });
  await Bun.sleep(10);
  expect(await eventsIn(app.db)).toEqual(before);
});

test("`Hidden system-project token events are excluded from ordinary project lists, stats, event feeds`, digests and audits", async () => {
  await using app = await freshApp();
  await mintToken(app, { actor: "wesm" });
  await rotateToken(app, 1);
  expect(await eventsIn(app.db)).toHaveLength(3);
  expect(await listProjects(app, { stats: true })).toEqual([]);
  expect(await pollEvents(app, { after_id: 0, limit: 10 })).toEqual({ reset_required: false, events: [], next_after_id: 0 });
  expect(pollEvents(app, { project_id: 0, after_id: 0, limit: 10 })).rejects.toMatchObject({ code: "project_not_found" });
  expect(await digest(app, { since: "2026-01-01T00:00:00.000Z", until: "2027-01-01T00:00:00.000Z", actors: [] })).toMatchObject({
    event_count: 0,
    actors: [],
  });
  expect(auditCloses(app, { project_id: 0 })).rejects.toMatchObject({ code: "project_not_found" });
});
