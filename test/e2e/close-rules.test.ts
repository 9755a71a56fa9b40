import { expect, test } from "bun:test";
import { Database } from "bun:sqlite";
import { homeOf } from "../../src/config/home.ts";
import { type Workspace, workspace } from "../workspace.ts";

type Events = { events: { type: string; issue_short_id?: string }[] };

const message = "The work is in place, and its tests pass on the main branch";
const proof = ["--done", "--commit", "abc1234"];

const create = async (kata: Workspace, title: string, ...flags: string[]) => (await kata`create ${title} -q ${flags}`).stdout.trim();
const ask = (kata: Workspace, path: string, body?: unknown) =>
  fetch(`http://kata.invalid/api/v1${path}`, {
    unix: homeOf(kata.env).socket,
    ...(body !== undefined && { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });

test("the message of a sibling's close is not taken twice, however it ends, and the close that follows is flagged", async () => {
  await using kata = await workspace();
  const parent = await create(kata, "Epic");
  const [a, b] = [await create(kata, "Apples", "--parent", parent), await create(kata, "Bicycles", "--parent", parent)];
  expect((await kata`close ${a} ${proof} --message ${message}`).exit).toBe(0);
  for (const same of [message, `${message} !!`, `  ${message.toUpperCase()}. `]) {
    const body = { actor: "tester", reason: "done", message: same, evidence: [{ type: "commit", sha: "abc1234" }] };
    const refused = await ask(kata, `/projects/1/issues/${b}/actions/close`, body);
    expect([refused.status, await refused.json()]).toEqual([
      429,
      { status: 429, error: expect.objectContaining({ code: "duplicate_message" }) },
    ]);
  }
  expect((await kata`show ${b} --json`).json<{ issue: { status: string } }>().issue.status).toBe("open");
  expect((await kata`close ${b} ${proof} --message "Every bicycle has been counted, and the count stands in the ledger"`).exit).toBe(0);
  const rows = (await kata`audit closes --json`).json<{ rows: { issue: string; flags?: string[] }[] }>().rows;
  expect(rows.map(({ issue, flags = [] }) => [issue, flags])).toEqual([
    [a, []],
    [b, ["throttled"]],
  ]);
  expect((await kata`audit closes`).stdout).toContain("!! throttled");
});

test("of two closes at once one closes, and the other is told that nothing changed", async () => {
  await using kata = await workspace();
  const a = await create(kata, "One");
  const body = { actor: "tester", reason: "done", message, evidence: [{ type: "commit", sha: "abc1234" }] };
  const close = async () => (await (await ask(kata, `/projects/1/issues/${a}/actions/close`, body)).json()) as { changed: boolean };
  const replies = await Promise.all([close(), close()]);
  expect(replies.filter(({ changed }) => changed)).toHaveLength(1);
  const { events } = (await (await ask(kata, "/events?after_id=0")).json()) as Events;
  expect(events.filter(({ type }) => type === "issue.closed")).toHaveLength(1);
});

test("a close is refused while children are open, and lists ten of them", async () => {
  await using kata = await workspace();
  const parent = await create(kata, "Epic");
  for (let i = 0; i < 12; i++) await create(kata, Bun.randomUUIDv7("base64url"), "--parent", parent);
  const { exit, stderr } = await kata`close ${parent} ${proof} --message ${message}`;
  expect(exit).toBe(5);
  const lines = stderr.split("\n");
  expect(lines[0]).toBe(`kata: ${parent} has open children:`);
  expect(lines).toContain("  ... (2 more open children)");
  expect(lines.slice(1, lines.indexOf("  ... (2 more open children)"))).toHaveLength(10);
});

test("a close as done makes the next occurrence of its recurrence, once", async () => {
  await using kata = await workspace();
  const made = await ask(kata, "/projects/1/recurrences", {
    actor: "tester",
    rrule: "FREQ=WEEKLY",
    dtstart: "2026-01-05",
    timezone: "UTC",
    template: { title: "Water the plants", labels: ["home"] },
  });
  expect(made.status).toBe(201);
  const open = async () => (await kata`list --json`).json<{ issues: { short_id: string; title: string }[] }>().issues;
  // No route gives a recurrence its first issue: an import does, or as here the database.
  const title = "Water the plants, the first time";
  await create(kata, title);
  await kata`daemon stop`;
  const db = new Database(homeOf(kata.env).db);
  db.run("UPDATE issues SET recurrence_id = (SELECT id FROM recurrences), occurrence_key = '2026-01-05'");
  db.close();
  const [first] = await open();
  expect(first?.title).toBe(title);
  expect((await kata`close ${first?.short_id ?? ""} ${proof} --message ${message}`).exit).toBe(0);
  const after = await open();
  expect(after.map(({ title }) => title)).toEqual(["Water the plants"]);
  expect(after[0]?.short_id).not.toBe(first?.short_id as string);
  expect((await kata`close ${first?.short_id ?? ""} ${proof} --message ${message}`).exit).toBe(0);
  expect(await open()).toEqual(after);
});

test("`close --comment` and `reopen --comment` say it in a comment too", async () => {
  await using kata = await workspace();
  const a = await create(kata, "One");
  expect((await kata`close ${a} ${proof} --message ${message} --comment "Shipped."`).exit).toBe(0);
  expect((await kata`reopen ${a} --comment "It came back."`).exit).toBe(0);
  const { comments } = (await kata`show ${a} --json`).json<{ comments: { body: string }[] }>();
  expect(comments.map(({ body }) => body)).toEqual(["Shipped.", "It came back."]);
  expect(await kata`close ${a} ${proof} --message ${message} --comment " "`).toMatchObject({ exit: 3, stdout: "" });
});
