import { expect, test } from "bun:test";
import { freshDaemon } from "../../../test/daemons.ts";

const post = { method: "POST" };

test("`POST /tokens` takes what the contract has, and says what it does not take", async () => {
  await using kata = await freshDaemon();
  const create = async (body: unknown) => {
    const { status, body: reply } = await kata.ask("unix", "/tokens", { ...post, body });
    return status === 200 ? Object.keys(reply).join() : `${status} ${reply.error?.message}`;
  };
  expect(await create({ actor: "wesm" })).toBe("token,plaintext");
  expect(await create({ actor: "wesm", name: null, expires_in_seconds: null, read_only: null, scope: null })).toBe("token,plaintext");
  expect(await create({ actor: "wesm", expires_in_seconds: 1, read_only: true })).toBe("token,plaintext");
  expect(await create({ actor: "wesm", expires_in_seconds: 315_360_000 })).toBe("token,plaintext");
  expect(await create({})).toBe("400 actor: is required");
  expect(await create({ actor: null })).toBe("400 actor: must be a text");
  expect(await create({ actor: "wesm", expires_in_seconds: 0 })).toBe("400 expires_in_seconds: must be 1 or more, not 0");
  expect(await create({ actor: "wesm", expires_in_seconds: 315_360_001 })).toContain("ten years");
  expect(await create({ actor: "wesm", expires_in_seconds: 1.5 })).toContain("whole number");
  expect(await create({ actor: "wesm", admin: true })).toBe("400 admin: is not a member of this request");
  const scope = { kind: "issue_subtree", project_uid: "01KJKB5W000000000000000002", root_issue_uid: "01KJKB5W000000000000000003" };
  expect(await create({ actor: "wesm", scope })).toBe(
    "400 scope: this kata has no tokens for single issues; leave it out, or take read_only for one that only reads",
  );
});

test("`GET /tokens` has members exactly as the contract says, and no secret", async () => {
  await using kata = await freshDaemon();
  await kata.mint({ name: "laptop" });
  await kata.mint({ read_only: true, expires_in_seconds: 60 });
  const { body } = await kata.ask("unix", "/tokens");
  const always = { actor: "wesm", created_at: "2026-03-01T12:00:00.000Z", last_used_at: null, revoked_at: null, state: "live" };
  expect(body).toEqual({
    tokens: [
      { ...always, id: 1, name: "laptop" },
      { ...always, id: 2, name: null, expires_at: "2026-03-01T12:01:00.000Z", read_only: true },
    ],
    observed_at: "2026-03-01T12:00:00.000Z",
  });
});

test("`POST /tokens/{id}/actions/revoke` and `rotate` answer with token and event; an id that is none is 404", async () => {
  await using kata = await freshDaemon();
  await kata.mint({});
  await kata.mint({});
  const act = (id: string, verb: string, body: unknown = {}) => kata.ask("unix", `/tokens/${id}/actions/${verb}`, { ...post, body });
  expect(Object.keys((await act("1", "revoke")).body)).toEqual(["token", "event"]);
  expect((await act("1", "revoke")).body["event"]).toBeNull();
  expect(Object.keys((await act("2", "rotate", { expires_in_seconds: 9 })).body)).toEqual(["token", "plaintext", "event"]);
  expect((await act("1", "rotate")).body).toMatchObject({ status: 409, error: { code: "conflict" } });
  for (const verb of ["revoke", "rotate"]) {
    for (const id of ["99", "0", "-1"])
      expect((await act(id, verb)).body).toMatchObject({ status: 404, error: { code: "token_not_found" } });
    expect((await act("x", verb)).body).toMatchObject({ status: 400, error: { code: "validation" } });
    expect((await act("2", verb, { actor: "eve" })).status).toBe(400);
  }
});
