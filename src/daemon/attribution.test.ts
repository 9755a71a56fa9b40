import { expect, test } from "bun:test";
import { type Door, freshDaemon, HEADER, SHARED, type TestDaemon } from "../../test/daemons.ts";
import { eventsIn } from "../../test/events.ts";
import { paths, type RouteId } from "../api/paths.ts";
import type { Route } from "../api/route.ts";
import { routes } from "../api/routes.ts";

type Said = { params?: Record<string, string | number>; body?: object; query?: string; headers?: Record<string, string> };
type Reply = Record<string, { id: number; uid: string; short_id: string; revision: number; author: string } & Record<string, unknown>>;
type Come = { door: Door; token?: string; headers?: Record<string, string> };

const WRITES = (Object.keys(paths) as RouteId[]).filter((id) => (routes[id] as Route).needs === "write");
const RULE = { rrule: "FREQ=DAILY", dtstart: "2026-03-01", timezone: "UTC", template: { title: "Every day" } };
const DONE = { reason: "done", message: "It is done, and whoever looks at it finds that it is." };

/** Makes a change by every route that can, and says in each that mallory makes it. Gives the replies that name who did. */
async function changeAll(kata: TestDaemon, come: Come): Promise<string> {
  const called = new Set<RouteId>();
  const replies: string[] = [];
  async function call(id: RouteId, { params = {}, body, query = "", headers }: Said = {}): Promise<Reply> {
    called.add(id);
    const [method = "", path = ""] = paths[id].split(" ");
    const filled = path.replace("/api/v1", "").replaceAll(/:(\w+)/g, (_, name: string) => String(params[name] ?? 1));
    const { actor } = routes[id] as Route;
    const { status, body: reply } = await kata.ask(come.door, filled, {
      method,
      token: come.token,
      headers: { ...come.headers, ...headers },
      ...(body !== undefined && { body: { ...body, ...(actor === "body" && { actor: "mallory" }) } }),
      query: actor === "query" ? `?actor=mallory${query}` : "",
    });
    expect([id, status < 300, reply.error?.message]).toEqual([id, true, undefined]);
    replies.push(JSON.stringify(reply));
    return reply as unknown as Reply;
  }

  await call("projects.init", { body: { name: "demo", alias: { identity: "github.com/ada/demo", kind: "git", root_path: "/a" } } });
  const { project: other } = await call("projects.init", { body: { name: "other" } });
  await call("projects.init", { body: { name: "third" } });
  await call("projects.rename", { body: { name: "one" } });
  await call("projects.metadata", { body: { patch: { area: "x" } }, headers: { "if-match": '"rev-1"' } });
  const create = async (title: string) => (await call("issues.create", { body: { title, force_new: true } }))["issue"]?.short_id ?? "";
  const [a, b, c] = [await create("First"), await create("Second"), await create("Third")];
  const at = (ref: string) => ({ params: { ref } });
  const { issue } = await call("issues.edit", { ...at(a), body: { title: "The first", links_delta: { add_blocks: [b] } } });
  await call("issues.metadata", { ...at(a), body: { patch: { k: 1 } }, headers: { "if-match": `"rev-${issue?.revision}"` } });
  await call("issues.assign", { ...at(a), body: { owner: "bo" } });
  await call("issues.unassign", { ...at(a), body: {} });
  await call("issues.prioritize", { ...at(a), body: { priority: 1 } });
  await call("comments.add", { ...at(a), body: { body: "A word" } });
  await call("labels.add", { ...at(a), body: { label: "bug" } });
  await call("labels.remove", { params: { ref: a, label: "bug" } });
  const { link } = await call("links.add", { ...at(a), body: { type: "related", to_ref: c } });
  await call("links.remove", { params: { ref: a, link_id: link?.id ?? 0 } });
  await call("issues.close", { ...at(b), body: { ...DONE, evidence: [{ type: "commit", sha: "abc1234" }] } });
  await call("issues.reopen", { ...at(b), body: {} });
  await call("issues.delete", { ...at(c), body: {}, headers: { "x-kata-confirm": `DELETE one#${c}` } });
  await call("issues.restore", { ...at(c), body: {} });
  const { issue: last } = await call("issues.edit", { ...at(c), body: { body: "More" } });
  const moved = { body: { to_project_uid: other?.uid }, headers: { "if-match": `"rev-${last?.revision}"` } };
  await call("issues.move", { ...at(c), ...moved });
  const { recurrence } = await call("recurrences.create", { body: RULE });
  const rule = { params: { uid: recurrence?.uid ?? "" } };
  await call("recurrences.edit", { ...rule, body: { template: { title: "Each day" } }, headers: { "if-match": '"rev-1"' } });
  await call("recurrences.delete", rule);
  const [created_at, updated_at] = ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"];
  const item = { external_id: "1", title: "From elsewhere", author: "ann", status: "open", created_at, updated_at, labels: ["old"] };
  await call("imports.run", { body: { source: "elsewhere", items: [item] } });
  await call("projects.merge", { body: { source_project_id: 3 } });
  await call("projects.detach", { params: { alias_id: 1 }, query: "&force=true" });
  await call("issues.purge", { ...at(b), body: {}, headers: { "x-kata-confirm": `PURGE one#${b}` } });
  await call("projects.archive", { params: { project_id: 2 }, query: "&force=true" });
  expect([...called].sort()).toEqual([...WRITES].sort());
  return replies.join("\n");
}

const ways: [string, (kata: TestDaemon) => Promise<Come>][] = [
  ["the daemon derives the actor from the token", async (kata) => ({ door: "tcp", token: (await kata.mint({ actor: "wesm" })).plaintext })],
  [
    "On a trusted listener the header value becomes the actor",
    async (kata) => ({ door: "proxy-unix", token: (await kata.mint({ actor: "bo" })).plaintext, headers: { [HEADER]: "wesm" } }),
  ],
];

for (const [sentence, way] of ways)
  test(`\`${sentence}\`: by every route that changes something, in its events, its replies and what it leaves`, async () => {
    await using kata = await freshDaemon({ token: SHARED, require_token_identity: true });
    const come = await way(kata);
    const replies = await changeAll(kata, come);
    const events = (await eventsIn(kata.app.db)).filter(({ type }) => !type.startsWith("token."));
    expect(events.length).toBeGreaterThan(20);
    expect(new Set(events.map(({ actor }) => actor))).toEqual(new Set(["wesm"]));
    expect(replies).not.toContain("mallory");
    const read = async (path: string, query = "") => JSON.stringify((await kata.ask("tcp", path, { token: SHARED, query })).body);
    const all = [await read("/issues"), await read("/events"), await read("/digest", "?since=2026-01-01T00:00:00Z")].join("\n");
    expect(all).not.toContain("mallory");
    expect(all).toContain("wesm");
  });

test("an `actor` that reads are narrowed by is no claim to be somebody, and the token has no part in it", async () => {
  await using kata = await freshDaemon({ token: SHARED });
  const token = (await kata.mint({ actor: "wesm" })).plaintext;
  const post = (path: string, body: object, bearer = SHARED) => kata.ask("tcp", path, { method: "POST", token: bearer, body });
  await post("/projects", { name: "demo" });
  for (const [actor, bearer] of [
    ["ann", SHARED],
    ["wesm", token],
  ] as const) {
    const { body } = await post("/projects/1/issues", { title: `By ${actor}`, actor }, bearer);
    const ref = (body as { issue: { short_id: string } }).issue.short_id;
    expect(
      (await post(`/projects/1/issues/${ref}/actions/close`, { ...DONE, evidence: [{ type: "commit", sha: "abc1234" }], actor }, bearer))
        .status,
    ).toBe(200);
  }
  const digestOf = async (door: Door, actor: string, headers = {}) => {
    const query = `?since=2026-01-01T00:00:00Z&actor=${actor}`;
    const { body } = await kata.ask(door, "/digest", { token, query, headers });
    return (body as unknown as { actors: { actor: string }[] }).actors.map((each) => each.actor);
  };
  const closesOf = async (door: Door, actor: string, headers = {}) => {
    const { body } = await kata.ask(door, "/audit/closes", { token, query: `?project_id=1&actor=${actor}`, headers });
    return (body as unknown as { rows: { actor: string }[] }).rows.map((each) => each.actor);
  };
  for (const [door, headers] of [
    ["tcp", {}],
    ["proxy-unix", { [HEADER]: "bo" }],
  ] as const)
    for (const actor of ["ann", "wesm"])
      expect([await digestOf(door, actor, headers), await closesOf(door, actor, headers)]).toEqual([[actor], [actor]]);
});
