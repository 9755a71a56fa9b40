import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Issue, Project } from "../../src/api/shapes.ts";
import { freePort } from "../free-port.ts";
import { type Workspace, workspace } from "../workspace.ts";
import { Asker, type Given } from "./asker.ts";
import { documentedBy, senderTo } from "./daemon.ts";
import type { Operation } from "./document.ts";

const LARGE = 1_048_576 + 1;
const LARGE_IMPORT = 64 * 1_048_576 + 1;
const MESSAGE = "The cookie was dropped by a redirect; it is sent again now";
const NOWHERE = 999_999;
const AT = "2026-03-01T12:00:00Z";

/** Refused before anything is looked at: for who asks, or how. */
const CALLERS = new Set([
  "auth_required",
  "auth_invalid",
  "token_invalid",
  "token_read_only",
  "token_admin_forbidden",
  "bootstrap_token_write_forbidden",
  "actor_header_required",
  "host_forbidden",
  "rate_limited",
]);
/** A fault of the daemon's own is what the fuzz looks for, and those of its disk test/crash provokes. */
const NEVER = new Set(["internal", "storage_full", "storage_failed", "storage_damaged"]);
/** For most callers it is no route. */
const HIDDEN = "doctor.show 404 not_found";

const codeIn = (refusal: string): string => refusal.split(" ")[2] ?? "";
const isOfCaller = (refusal: string): boolean => CALLERS.has(codeIn(refusal)) || refusal === HIDDEN;

/** What the document lists and nobody saw. */
function unseen(operations: readonly Operation[], seen: ReadonlySet<string>, isWanted: (refusal: string) => boolean): string[] {
  return operations.flatMap(({ refusals }) => refusals).filter((each) => isWanted(each) && !seen.has(each));
}

test("every refusal that the document lists is reached, and every operation answers well", async () => {
  await using kata = await workspace();
  const send = senderTo(kata);
  const operations = await documentedBy(send);
  const asker = new Asker(operations, send);
  await refuseEverywhere(asker);
  await tellWhatIsThere(asker);
  await keepProjects(asker, kata);
  await trackIssues(asker, kata);
  await linkIssues(asker);
  await closeIssues(asker);
  await loseIssues(asker);
  await moveIssues(asker, kata);
  await importItems(asker);
  await repeatIssues(asker);
  await mintTokens(asker);
  await followEvents(asker);
  const elsewhere = unseen(operations, asker.seen, (refusal) => !NEVER.has(codeIn(refusal)) && !isOfCaller(refusal));
  // Operations without anything to read refuse but a Host, which is for the callers' test.
  expect(elsewhere.filter((each) => codeIn(each) !== "validation" || hasInput(operations, each))).toEqual([]);
  expect(operations.map(({ id }) => id).filter((id) => !asker.seen.has(id))).toEqual([]);
}, 60_000);

function hasInput(operations: readonly Operation[], refusal: string): boolean {
  const { body, parameters = [] } = operations.find(({ id }) => refusal.startsWith(`${id} `)) ?? {};
  return body !== undefined || parameters.some(({ name }) => name !== "include" && name !== "x-kata-client-tz");
}

test("every refusal of a caller that the document lists is reached by every operation", async () => {
  const token = "bootstrap-admin-token";
  await using kata = await workspace({ project: false });
  const tcp = `127.0.0.1:${await freePort()}`;
  const proxy = join(kata.home, "proxy.sock");
  const config = [
    `listen = ["${tcp}", "unix://${proxy}"]`,
    `[auth]\ntoken = "${token}"`,
    `[auth.proxy]\ntrusted_actor_header = "X-Kata-Actor"\ntrusted_proxy_listeners = ["unix://${proxy}"]\n`,
  ];
  const write = (lines: readonly string[]) => Bun.write(join(kata.home, "config.toml"), lines.join("\n\n"));
  await write(config);
  expect((await kata`daemon start`).exit).toBe(0);
  const bearer = (value: string) => ({ authorization: `Bearer ${value}` });
  const send = senderTo(kata, { url: `http://${tcp}` });
  const operations = await documentedBy(send, bearer(token));
  const seen = new Set<string>();
  const all = async (headers: Record<string, string>, through = send) => {
    const asker = new Asker(operations, through, headers);
    for (const { id } of operations) await asker.ask(id);
    for (const each of asker.seen) seen.add(each);
  };
  const asker = new Asker(operations, send, bearer(token));
  const mint = async (body: object) => (await asker.ask<{ plaintext: string }>("tokens.create", { body })).plaintext;
  const [own, reading] = [await mint({ actor: "ann" }), await mint({ actor: "ann", read_only: true })];
  await all({});
  await all({ host: "example.org" });
  await all({ host: "a:b:c" });
  await all(bearer(own));
  await all(bearer(reading));
  await all(bearer(token), senderTo(kata, { unix: proxy }));
  await all(bearer("wrong"), senderTo(kata, { unix: proxy }));

  await write([config[0] ?? "", `${config[1]}\nrequire_token_identity = true`, config[2] ?? ""]);
  expect((await kata`daemon restart`).exit).toBe(0);
  await all(bearer(token));
  await all(bearer("wrong"), senderTo(kata, { unix: proxy }));
  for (let wrong = 0; wrong < 20; wrong += 1) await asker.ask("projects.list", { headers: bearer("wrong") });
  await all(bearer("wrong"));
  expect(unseen(operations, seen, (refusal) => isOfCaller(refusal) || codeIn(refusal) === "validation")).toEqual([]);
}, 60_000);

const ann = { actor: "ann" };

/** A request of the right form for each operation that takes a body, however it is answered. */
const FORMS: Readonly<Record<string, Given>> = {
  "projects.rename": { body: { name: "other" } },
  "projects.merge": { body: { source_project_id: 1 } },
  "projects.metadata": { headers: { "if-match": '"rev-1"' }, body: { ...ann, patch: {} } },
  "projects.archive": { query: ann },
  "projects.detach": { query: ann },
  "issues.create": { body: { ...ann, title: "x" } },
  "issues.search": { query: { q: "x" } },
  "issues.edit": { body: { ...ann, title: "x" } },
  "issues.close": { body: { ...ann, reason: "done" } },
  "issues.reopen": { body: ann },
  "issues.delete": { body: ann },
  "issues.restore": { body: ann },
  "issues.purge": { body: ann },
  "issues.move": { headers: { "if-match": '"rev-1"' }, body: { ...ann, to_project_uid: "nowhere" } },
  "issues.metadata": { headers: { "if-match": '"rev-1"' }, body: { ...ann, patch: {} } },
  "issues.assign": { body: { ...ann, owner: "ada" } },
  "issues.unassign": { body: ann },
  "issues.prioritize": { body: { ...ann, priority: 1 } },
  "comments.add": { body: { ...ann, body: "x" } },
  "labels.add": { body: { ...ann, label: "x" } },
  "labels.remove": { query: ann },
  "links.add": { body: { ...ann, type: "blocks", to_ref: "zzzz" } },
  "links.remove": { query: ann },
  "recurrences.create": { body: { ...ann, rrule: "FREQ=DAILY", dtstart: "2026-03-01", timezone: "UTC", template: { title: "x" } } },
  "recurrences.edit": { headers: { "if-match": '"rev-1"' }, body: { ...ann, rrule: "FREQ=DAILY" } },
  "recurrences.delete": { query: ann },
  "imports.run": { body: { ...ann, source: "s", items: [] } },
  "digest.show_project": { query: { since: AT } },
};

/** What any operation is refused for that is asked in the wrong way, or about what is not there. */
async function refuseEverywhere(asker: Asker): Promise<void> {
  for (const { id, method, path, body, parameters } of asker.operations.values()) {
    await asker.ask(id, { headers: { origin: "https://example.org" } });
    if (method !== "GET") {
      await asker.ask(id, { bytes: new Uint8Array(1), headers: { "content-type": "text/plain" } });
      await asker.ask(id, { bytes: new Uint8Array(1), headers: { "content-type": "application/jsonp" } });
    }
    if (body) {
      await asker.ask(id, { bytes: new Uint8Array(id === "imports.run" ? LARGE_IMPORT : LARGE), headers: FORMS[id]?.headers ?? {} });
      await asker.ask(id, { bytes: new Uint8Array(1), headers: FORMS[id]?.headers ?? {} });
    }
    const params = parameters.filter((each) => each.in === "path").map(({ name }) => name);
    if (params.includes("project_id") || params.includes("token_id")) await asker.ask(id, { params: { project_id: "x", token_id: "x" } });
    if (params.includes("project_id")) await asker.ask(id, { ...FORMS[id], params: { project_id: NOWHERE, ref: "zzzz" } });
    if (path.includes("{ref}")) await asker.ask(id, { ...FORMS[id], params: { project_id: 1, ref: "zzzz" } });
  }
}

async function tellWhatIsThere(asker: Asker): Promise<void> {
  for (const id of ["liveness.ping", "liveness.health", "instance.show", "openapi.show", "doctor.show", "issues.list_all"])
    await asker.ask(id);
  await asker.ask("projects.list", { query: { include: "stats" } });
  await asker.ask("issues.list_all", { query: { view: "flat" } });
  await asker.ask("issues.list_all", { query: { limit: "x" } });
  await asker.ask("issues.list_all", { query: { project_id: NOWHERE } });
}

type Bound = { project: Project; alias: { id: number } };

async function keepProjects(asker: Asker, kata: Workspace): Promise<void> {
  const alias = { identity: "example.org/tools", kind: "git", root_path: "/srv/tools" };
  const { project, alias: first } = await asker.ask<Bound>("projects.init", { body: { name: "tools", alias } });
  const own = { params: { project_id: project.id } };
  await asker.ask("projects.init", { body: { name: "other", alias } });
  await asker.ask("projects.resolve", { body: { name: "tools" } });
  await asker.ask("projects.resolve", { body: { name: "nowhere" } });
  await asker.ask("projects.init", { body: { start_path: bound(kata), name: "tools" } });
  await asker.ask("projects.show", own);
  await asker.ask("projects.rename", { ...own, body: { name: "demo" } });
  await asker.ask("projects.rename", { ...own, body: { name: "workshop" } });
  await asker.ask("projects.metadata", { ...own, headers: { "if-match": '"rev-1"' }, body: { ...ann, patch: { area: "ui" } } });
  await asker.ask("projects.metadata", { ...own, headers: { "if-match": '"rev-1"' }, body: { ...ann, patch: { area: "db" } } });
  await asker.ask("projects.metadata", { ...own, headers: { "if-match": '"rev-2"' }, body: { ...ann, patch: { area: 1 } } });

  await asker.ask("projects.detach", { params: { ...own.params, alias_id: NOWHERE }, query: ann });
  await asker.ask("projects.detach", { params: { ...own.params, alias_id: first.id }, query: ann });
  await asker.ask("projects.detach", { params: { ...own.params, alias_id: first.id }, query: { ...ann, force: "true" } });
  const left = await made(asker, "Left behind", {}, project.id);
  await asker.ask("projects.archive", { ...own, query: ann });
  await asker.ask("projects.archive", { ...own, query: { ...ann, force: "true" } });
  await asker.ask("projects.archive", { ...own, query: ann });
  await asker.ask("issues.find", { params: { uid: left.uid } });
  await asker.ask("projects.init", { body: { name: "workshop" } });

  await asker.ask("projects.merge", { body: { source_project_id: project.id } });
  await asker.ask("projects.merge", { ...own, body: { source_project_id: 1 } });
  const { project: spare } = await asker.ask<Bound>("projects.init", { body: { name: "spare" } });
  await asker.ask("projects.merge", { body: { source_project_id: spare.id, target_name: "workshop" } });
  await asker.ask("projects.merge", { body: { source_project_id: spare.id } });
}

/** A folder that is bound to another project than the one it is to be bound to. */
function bound(kata: Workspace): string {
  const folder = join(kata.dir, "bound");
  mkdirSync(folder);
  writeFileSync(join(folder, ".kata.toml"), 'version = 1\n\n[project]\nname = "demo"\n');
  return folder;
}

async function made(asker: Asker, title: string, more: object = {}, project_id = 1): Promise<Issue> {
  return (await asker.ask<{ issue: Issue }>("issues.create", { params: { project_id }, body: { ...ann, title, ...more } })).issue;
}

const at = (issue: Issue) => ({ params: { project_id: issue.project_id, ref: issue.short_id } });

async function trackIssues(asker: Asker, kata: Workspace): Promise<void> {
  const body = "Only versions before 17 lose the session, and only on phones";
  const one = await made(asker, "Login fails on Safari", { body, labels: ["bug"], priority: 1 });
  await made(asker, "Login fails on Safari", { body });
  const keyed = (title: string) =>
    asker.ask<{ issue: Issue }>("issues.create", { headers: { "idempotency-key": "once" }, body: { ...ann, title } });
  const { issue: first } = await keyed("Write the notes");
  await keyed("Write the notes");
  await keyed("Write other notes");
  await asker.ask("issues.delete", { ...at(first), headers: { "x-kata-confirm": `DELETE demo#${first.short_id}` }, body: ann });
  await keyed("Write the notes");

  await asker.ask("issues.list");
  await asker.ask("issues.ready");
  await asker.ask("issues.search", { query: { q: "safari" } });
  await asker.ask("issues.show", at(one));
  await asker.ask("issues.find", { params: { uid: one.uid } });
  await asker.ask("issues.find", { params: { uid: "00000000" } });
  await asker.ask("issues.find", { params: { uid: "0" } });
  await asker.ask("issues.find", { params: { uid: "notAULID" } });
  const two = await ambiguous(asker, one);
  // Short ids of five characters need two that end alike, which takes a million issues.
  using db = new Database(join(kata.home, "kata.db"));
  db.run("UPDATE issues SET short_id = 'wxyz' || id WHERE id IN (?, ?)", [one.id, two.id]);
  await asker.ask("issues.show", { params: { ref: "wxyz" } });
  const three = await made(asker, "A third", { links: [{ type: "related", to_ref: two.uid }] });
  await asker.ask("issues.create", { body: { ...ann, title: "A fourth", links: [{ type: "related", to_ref: "zzzz" }] } });

  await asker.ask("issues.assign", { ...at(three), body: { ...ann, owner: "ada" } });
  await asker.ask("issues.unassign", { ...at(three), body: ann });
  await asker.ask("issues.prioritize", { ...at(three), body: { ...ann, priority: 2 } });
  await asker.ask("comments.add", { ...at(three), body: { ...ann, body: "Seen again" } });
  await asker.ask("labels.add", { ...at(three), body: { ...ann, label: "ui" } });
  await asker.ask("labels.count");
  await asker.ask("labels.remove", { params: { ref: three.short_id, label: "ui" }, query: ann });
  const patched = (revision: number, patch: object) =>
    asker.ask("issues.metadata", { ...at(three), headers: { "if-match": `"rev-${revision}"` }, body: { ...ann, patch } });
  await patched(1, { someday: true });
  await patched(1, { someday: false });
  await patched(2, { someday: "no" });
}

/** An issue that was made in the same second as another, so that eight characters of their ULIDs are the same. */
async function ambiguous(asker: Asker, before: Issue): Promise<Issue> {
  const next = await made(asker, "Another");
  const uid = before.uid.slice(0, 8);
  if (!next.uid.startsWith(uid)) return ambiguous(asker, next);
  await asker.ask("issues.find", { params: { uid } });
  return next;
}

async function linkIssues(asker: Asker): Promise<void> {
  const [parent, child, other] = [await made(asker, "Parent"), await made(asker, "Child"), await made(asker, "Other")];
  const link = { ...ann, type: "parent", to_ref: parent.short_id };
  const { link: made1 } = await asker.ask<{ link: { id: number } }>("links.add", { ...at(child), body: link });
  await asker.ask("links.add", { ...at(child), body: { ...link, to_ref: other.short_id } });
  await asker.ask("links.remove", { params: { ref: other.short_id, link_id: made1.id }, query: ann });
  await asker.ask("issues.edit", { ...at(child), body: { ...ann, links_delta: { remove_parent: other.short_id } } });
  await asker.ask("issues.edit", { ...at(other), body: { ...ann, title: "Another", links_delta: { add_blocks: [child.short_id] } } });
  await asker.ask("issues.close", { ...at(parent), body: { ...ann, source: "tui" } });
  await asker.ask("links.remove", { params: { ref: child.short_id, link_id: made1.id }, query: ann });
  const links = [parent, other].map(({ short_id }) => ({ type: "parent", to_ref: short_id }));
  await asker.ask("issues.create", { body: { ...ann, title: "Child of two", links } });
}

async function closeIssues(asker: Asker): Promise<void> {
  const parent = await made(asker, "Many parts");
  const links = [{ type: "parent", to_ref: parent.short_id }];
  const evidence = [{ type: "commit", sha: "1a2b3c4" }];
  const close = async (message: string) => {
    const part = await made(asker, "A part", { links });
    await asker.ask("issues.close", { ...at(part), body: { ...ann, reason: "done", message, evidence } });
    return part;
  };
  const first = await close(`${MESSAGE} (1)`);
  await close(`${MESSAGE} (1)`);
  for (const n of [2, 3, 4]) await close(`${MESSAGE} (${n})`);
  await asker.ask("issues.reopen", { ...at(first), body: ann });
  for (const project_id of [1, NOWHERE, 0]) await asker.ask("audit.closes", { query: { project_id } });
  await asker.ask("digest.show", { query: { since: AT } });
  await asker.ask("digest.show", { query: { since: "yesterday" } });
  await asker.ask("digest.show_project", { query: { since: AT } });
}

async function loseIssues(asker: Asker): Promise<void> {
  const issue = await made(asker, "Held a password");
  for (const [id, word] of [
    ["issues.delete", "DELETE"],
    ["issues.purge", "PURGE"],
  ] as const) {
    await asker.ask(id, { ...at(issue), body: ann });
    await asker.ask(id, { ...at(issue), headers: { "x-kata-confirm": "yes" }, body: ann });
    await asker.ask(id, { ...at(issue), headers: { "x-kata-confirm": `${word} demo#${issue.short_id}` }, body: ann });
    if (id === "issues.delete") await asker.ask("issues.restore", { ...at(issue), body: ann });
  }
}

async function moveIssues(asker: Asker, kata: Workspace): Promise<void> {
  const { project } = await asker.ask<Bound>("projects.init", { body: { name: "elsewhere" } });
  const [issue, peer] = [await made(asker, "Wanders"), await made(asker, "Stays")];
  const move = (revision: number, to_project_uid: string) =>
    asker.ask("issues.move", { ...at(issue), headers: { "if-match": `"rev-${revision}"` }, body: { ...ann, to_project_uid } });
  await move(9, project.uid);
  await move(1, (await asker.ask<Bound>("projects.show")).project.uid);
  const { link } = await asker.ask<{ link: { id: number } }>("links.add", {
    ...at(issue),
    body: { ...ann, type: "related", to_ref: peer.short_id },
  });
  await move(1, project.uid);
  await asker.ask("links.remove", { params: { ref: issue.short_id, link_id: link.id }, query: ann });
  await pinned(asker, kata, issue, () => move(1, project.uid));
  await move(1, project.uid);
}

/** Does `work` while an issue belongs to a recurrence, which no request makes of one that is there. */
async function pinned(asker: Asker, kata: Workspace, issue: Issue, work: () => Promise<unknown>): Promise<void> {
  const { recurrence } = await asker.ask<{ recurrence: { id: number } }>("recurrences.create", FORMS["recurrences.create"]);
  using db = new Database(join(kata.home, "kata.db"));
  const pin = (id: number | null) => db.run("UPDATE issues SET recurrence_id = ? WHERE id = ?", [id, issue.id]);
  pin(recurrence.id);
  await work();
  pin(null);
}

const item = (external_id: string, more: object = {}) => ({
  external_id,
  title: `Item ${external_id}`,
  author: "ann",
  status: "open",
  created_at: AT,
  updated_at: AT,
  ...more,
});

async function importItems(asker: Asker): Promise<void> {
  const run = (items: object[], project_id = 1) =>
    asker.ask<{ items: { issue_short_id: string }[] }>("imports.run", {
      params: { project_id },
      body: { ...ann, source: "beads", items },
    });
  const { items } = await run([item("1"), item("2")]);
  await run([item("3", { links: [{ type: "blocks", target_external_id: "nowhere" }] })]);
  const parent = await made(asker, "Its parent here");
  const child = items[0]?.issue_short_id ?? "";
  await asker.ask("links.add", { params: { ref: child }, body: { ...ann, type: "parent", to_ref: parent.short_id } });
  await run([item("1", { updated_at: "2030-01-01T00:00:00Z", links: [{ type: "parent", target_external_id: "2" }] })]);
  const { project } = await asker.ask<Bound>("projects.init", { body: { name: "twice" } });
  await run([item("1")], project.id);
  await asker.ask("projects.merge", { body: { source_project_id: project.id } });
}

async function repeatIssues(asker: Asker): Promise<void> {
  const { recurrence } = await asker.ask<{ recurrence: { uid: string } }>("recurrences.create", FORMS["recurrences.create"]);
  const one = { params: { project_id: 1, uid: recurrence.uid } };
  const gone = { params: { project_id: 1, uid: "nowhere" } };
  const stale = { headers: { "if-match": '"rev-9"' } };
  await asker.ask("recurrences.list");
  for (const where of [one, gone]) await asker.ask("recurrences.show", where);
  for (const where of [one, gone]) await asker.ask("recurrences.edit", { ...FORMS["recurrences.edit"], ...where });
  await asker.ask("recurrences.edit", { ...FORMS["recurrences.edit"], ...one, ...stale });
  await asker.ask("recurrences.delete", { ...FORMS["recurrences.delete"], ...one, ...stale });
  for (const where of [one, gone]) await asker.ask("recurrences.delete", { ...FORMS["recurrences.delete"], ...where });
}

async function mintTokens(asker: Asker): Promise<void> {
  await asker.ask("tokens.create", { body: { actor: "ada" } });
  await asker.ask("tokens.list");
  await asker.ask("tokens.rotate", { params: { token_id: 1 }, body: {} });
  await asker.ask("tokens.revoke", { params: { token_id: 1 }, body: {} });
  await asker.ask("tokens.rotate", { params: { token_id: 1 }, body: {} });
  for (const id of ["tokens.rotate", "tokens.revoke"]) await asker.ask(id, { params: { token_id: NOWHERE }, body: {} });
}

async function followEvents(asker: Asker): Promise<void> {
  const accept = { headers: { accept: "text/event-stream" } };
  await asker.ask("events.poll");
  await asker.ask("events.poll", { query: { limit: 0 } });
  await asker.ask("events.poll_project");
  await asker.ask("events.stream", accept);
  await asker.ask("events.stream", { ...accept, query: { after_id: "x" } });
  await asker.ask("events.stream", { ...accept, query: { project_id: NOWHERE } });
  await asker.ask("events.stream", { headers: { ...accept.headers, "last-event-id": "1" }, query: { after_id: 1 } });
  await asker.ask("events.stream", { headers: { accept: "text/html" } });
}
