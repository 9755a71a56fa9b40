import { expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { homeOf } from "../../src/config/home.ts";
import { type Workspace, workspace } from "../workspace.ts";

type Reply = { status: number; headers: Headers; text: string; code: string | undefined };

/** Asks the daemon without the program between: `ask(kata, "POST /projects", { name: "x" })`. A text is sent as it is. */
async function ask(kata: Workspace, what: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> {
  const [method = "", path = ""] = what.split(" ");
  const json = { "content-type": "application/json" };
  const response = await fetch(`http://kata.invalid/api/v1${path}`, {
    method,
    unix: homeOf(kata.env).socket,
    headers: { ...(body !== undefined && json), ...headers },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const { error } = JSON.parse(text || "{}") as { error?: { code: string } };
  return { status: response.status, headers: response.headers, text, code: error?.code };
}

type Refused = [what: string, body: unknown, status: number, code: string];

/** Sees that each request is refused as it should be. */
async function refused(kata: Workspace, requests: readonly Refused[], headers: Record<string, string> = {}): Promise<void> {
  for (const [what, body, status, code] of requests) {
    const reply = await ask(kata, what, body, headers);
    expect([what, body, reply.status, reply.code]).toEqual([what, body, status, code]);
  }
}

test("metadata comes back with every name and every digit that was sent, also in events", async () => {
  await using kata = await workspace();
  const sent = '{"constructor":1,"prototype":{"__proto__":2},"big":12345678901234567890,"version":1.0,"far":1e400}';
  const patched = await ask(kata, "POST /projects/1/metadata", `{"actor":"ann","patch":${sent}}`, { "if-match": '"rev-1"' });
  expect(patched.text).toContain(`"metadata":${sent}`);
  await ask(kata, "POST /projects/1/metadata", { actor: "ann", patch: { more: true } }, { "if-match": '"rev-2"' });
  expect((await ask(kata, "GET /projects/1")).text).toContain(`"metadata":${sent.slice(0, -1)},"more":true}`);
  expect((await ask(kata, "GET /projects/1/events")).text).toContain('"big":{"from":null,"to":12345678901234567890}');
  const again = '{"actor":"ann","patch":{"big": 12345678901234567890, "version": 1.0}}';
  expect((await ask(kata, "POST /projects/1/metadata", again, { "if-match": '"rev-3"' })).text).toContain('"changed":false');
});

test("what is no object is none, and what is nested too deep is refused", async () => {
  await using kata = await workspace();
  const a = (await kata`create "One" -q`).stdout.trim();
  const issue = `/projects/1/issues/${a}`;
  const deep = `{"actor":"ann","patch":{"k":${"[".repeat(100_000)}${"]".repeat(100_000)}}}`;
  const schedule = { rrule: "FREQ=DAILY", dtstart: "2026-03-01", timezone: "UTC" };
  await refused(
    kata,
    [
      ["POST /projects", [], 400, "validation"],
      [`POST ${issue}/metadata`, { actor: "ann", patch: [] }, 400, "validation"],
      [`POST ${issue}/metadata`, { actor: "ann", patch: ["a"] }, 400, "validation"],
      [`POST ${issue}/metadata`, '{"actor":"ann","patch":1.5}', 400, "validation"],
      [`POST ${issue}/metadata`, deep, 400, "validation"],
      [`PATCH ${issue}`, { actor: "ann", title: "Two", links_delta: [] }, 400, "validation"],
      ["POST /projects/1/recurrences", { actor: "ann", ...schedule, template: { title: "x", metadata: [] } }, 400, "validation"],
    ],
    { "if-match": '"rev-1"' },
  );
});

test("integers have 64 bits, and nothing else is one", async () => {
  await using kata = await workspace();
  await refused(kata, [
    ["GET /projects/9223372036854775807", undefined, 404, "project_not_found"],
    ["GET /projects/9223372036854775808", undefined, 400, "validation"],
    ["GET /projects/1e0", undefined, 400, "validation"],
    ["GET /events/stream?after_id=9223372036854775808", undefined, 400, "validation"],
    ["GET /events?limit=9223372036854775808", undefined, 400, "validation"],
    ["GET /events?limit=0", undefined, 400, "validation"],
  ]);
  expect((await ask(kata, "GET /events?after_id=9007199254740991&limit=9007199254740993")).text).toBe(
    '{"reset_required":false,"events":[],"next_after_id":9007199254740991}',
  );
  const stale = { "if-match": '"rev-9223372036854775807"' };
  await refused(kata, [["POST /projects/1/metadata", { actor: "ann", patch: {} }, 412, "revision_conflict"]], stale);
});

test("a priority is looked at after the project, the issue and the links, but where it is all that is set", async () => {
  await using kata = await workspace();
  const a = (await kata`create "One" -q`).stdout.trim();
  const links = [{ type: "blocks", to_ref: "zzzz" }];
  const item = { external_id: "1", title: "x", author: "ann", status: "open", created_at: "2026-03-01T00:00:00Z", priority: 9 };
  const batch = { actor: "ann", source: "s", items: [{ ...item, updated_at: item.created_at }] };
  const rule = { actor: "ann", rrule: "FREQ=DAILY", dtstart: "2026-03-01", timezone: "UTC", template: { title: "x", priority: 9 } };
  await refused(kata, [
    ["POST /projects/9/issues", { actor: "ann", title: "x", priority: 9 }, 404, "project_not_found"],
    ["POST /projects/1/issues", { actor: "ann", title: "x", priority: 9, links }, 404, "issue_not_found"],
    ["POST /projects/1/issues", { actor: "ann", title: "x", priority: 9 }, 400, "validation"],
    ["PATCH /projects/1/issues/zzzz", { actor: "ann", set_priority: -1 }, 404, "issue_not_found"],
    [`PATCH /projects/1/issues/${a}`, { actor: "ann", set_priority: -1 }, 400, "validation"],
    ["POST /projects/9/imports", batch, 404, "project_not_found"],
    ["POST /projects/1/imports", batch, 400, "validation"],
    ["POST /projects/9/recurrences", rule, 404, "project_not_found"],
    ["POST /projects/1/recurrences", rule, 400, "validation"],
    ["POST /projects/9/issues/zzzz/actions/priority", { actor: "ann", priority: 9 }, 400, "validation"],
  ]);
});

test("the start of a ULID is too short before it is wrong, and a move asks for its target before it doubts it", async () => {
  await using kata = await workspace();
  const a = (await kata`create "One" -q`).stdout.trim();
  const move = `POST /projects/1/issues/${a}/actions/move`;
  await refused(
    kata,
    [
      ["GET /issues/ILOU", undefined, 400, "prefix_too_short"],
      ["GET /issues/ILOU56789", undefined, 400, "validation"],
      [move, { actor: "ann", to_project_uid: " " }, 400, "validation"],
      [move, { actor: "ann", to_project_uid: "nowhere" }, 404, "project_not_found"],
    ],
    { "if-match": '"rev-1"' },
  );
});

test("a close looks up the issue of evidence that stands on one, and of no other", async () => {
  await using kata = await workspace();
  const a = (await kata`create "One" -q`).stdout.trim();
  const message = "The work is in place, and its tests pass on the main branch";
  const evidence = [{ type: "commit", sha: "abc1234", issue_ref: "zzzz", url: "" }];
  const { status, text } = await ask(kata, `POST /projects/1/issues/${a}/actions/close`, {
    actor: "ann",
    reason: "done",
    message,
    evidence,
  });
  expect(status).toBe(200);
  const { event } = JSON.parse(text) as { event: { payload: string } };
  expect(JSON.parse(event.payload)).toMatchObject({ evidence: [{ type: "commit", sha: "abc1234", issue_ref: "zzzz" }] });
});

test("a folder that can't be looked at or bound is the caller's to mend", async () => {
  await using kata = await workspace();
  mkdirSync(join(kata.home, "odd", ".kata.toml"), { recursive: true });
  const refusedOf = async (what: string, start_path: string) => {
    const { status, text } = await ask(kata, what, { start_path, name: "odd" });
    return [status, (JSON.parse(text) as { error: { message: string } }).error.message];
  };
  expect(await refusedOf("POST /projects", "x".repeat(5_000))).toEqual([
    400,
    expect.stringMatching(/ can't be used: its name is too long\.$/),
  ]);
  expect(await refusedOf("POST /projects", join(kata.home, "odd"))).toEqual([
    400,
    expect.stringMatching(/ can't be used: it is a folder\.$/),
  ]);
});

test("blank is what Unicode takes for white space, and a name has but common spaces", async () => {
  await using kata = await workspace();
  await refused(kata, [
    ["POST /projects/1/issues", { actor: "\u0085", title: "x" }, 400, "validation"],
    ["POST /projects/1/issues", { actor: "ann", title: "\u0085\u3000" }, 400, "validation"],
    ["POST /projects", { name: "a\u00a0b" }, 400, "validation"],
  ]);
});

test("a wrong method is told which ones are right, HEAD too but on the stream", async () => {
  await using kata = await workspace();
  const allowed = async (what: string) => (await ask(kata, what)).headers.get("allow");
  expect(await allowed("PUT /projects/1")).toBe("GET, PATCH, DELETE, HEAD");
  expect(await allowed("HEAD /events/stream")).toBe("GET");
  expect(await allowed("GET /projects/1/merge")).toBe("POST");
});
