/**
 * Makes a database of the newest schema, with rows in every table, and what it is exported as: `bun test/upgrades/make.ts`,
 * once for each schema that lands. The tests bring every one of them to the schema of today.
 */
import { Database } from "bun:sqlite";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { removeProject } from "../../src/app/archives.ts";
import { closeIssue } from "../../src/app/closes.ts";
import { commentOnIssue } from "../../src/app/comments.ts";
import { createIssue } from "../../src/app/create.ts";
import { deleteIssue } from "../../src/app/deletions.ts";
import { editIssue } from "../../src/app/edit.ts";
import { importItems } from "../../src/app/imports.ts";
import { linkIssue } from "../../src/app/links.ts";
import { patchIssueMetadata } from "../../src/app/metadata.ts";
import { moveIssue } from "../../src/app/moves.ts";
import { initProject, renameProjectTo } from "../../src/app/projects.ts";
import { purgeIssue } from "../../src/app/purges.ts";
import { createRecurrence } from "../../src/app/recurrences.ts";
import { mintToken, revokeToken } from "../../src/app/tokens.ts";
import { insertHookCursor } from "../../src/store/hooks.ts";
import { SCHEMA_VERSION } from "../../src/store/open.ts";
import { sql } from "../../src/store/sql.ts";
import { freshApp } from "../apps.ts";
import { exported } from "../exports.ts";

const actor = "ann";
const app = await freshApp();
const init = async (name: string) =>
  (await initProject(app, { name, alias: { identity: `local:///${name}`, kind: "local", root_path: `/${name}` } })).project;
const [one, two, three] = [await init("one"), await init("two"), await init("three")];
const create = async (title: string, more: object = {}) =>
  (await createIssue(app, { project_id: one.id, actor, title, body: "Ü <b> & 🙂", labels: ["bug", "ui"], links: [], ...more })).issue;
const of = (ref: string) => ({ project_id: one.id, ref, actor });

const parent = await create("The login fails", { owner: "bob", priority: 1, idempotency_key: "k" });
const child = await create("A part of it", { links: [{ type: "parent", to_ref: parent.uid }] });
const [gone, purged, moved] = [await create("Deleted later"), await create("Purged later"), await create("Moved later")];
await commentOnIssue(app, { ...of(parent.uid), body: "On Safari only." });
await linkIssue(app, { ...of(parent.uid), type: "blocks", to_ref: gone.uid });
await editIssue(app, { ...of(child.uid), title: "A part of that", links_delta: { add_related: [gone.uid] } });
await patchIssueMetadata(app, { ...of(child.uid), revision: 1, patch: { someday: true, ratio: 0.5 } });
const message = "The cookie was dropped by a redirect, and is sent again now.";
await closeIssue(app, {
  ...of(child.uid),
  reason: "done",
  message,
  evidence: [{ type: "commit", sha: "1a2b3c4" }],
  tui: false,
  dry_run: false,
});
await deleteIssue(app, { ...of(gone.uid), confirmation: `DELETE one#${gone.short_id}` });
await purgeIssue(app, { ...of(purged.uid), confirmation: `PURGE one#${purged.short_id}`, reason: "held a password" });
await moveIssue(app, { ...of(moved.uid), to_project_uid: two.uid, revision: 1 });
await importItems(app, {
  project_id: two.id,
  actor,
  source: "beads",
  items: ["a", "b"].map((external_id) => ({
    external_id,
    title: `From beads ${external_id}`,
    author: "eve",
    status: "open",
    created_at: "2026-01-01T00:00:00Z",
    updated_at: "2026-01-02T00:00:00Z",
    labels: ["from"],
    comments: [{ external_id: `${external_id}1`, author: "eve", body: "Seen.", created_at: "2026-01-02T00:00:00Z" }],
    links: external_id === "a" ? [{ type: "blocks", target_external_id: "b" }] : [],
  })),
});
const schedule = { rrule: "FREQ=DAILY", dtstart: "2026-03-01", timezone: "UTC", template: { title: "Water the plants", labels: ["home"] } };
const recurrence = await createRecurrence(app, { project_id: one.id, actor, ...schedule });
await app.db.transact((tx) =>
  tx.run(sql`UPDATE issues SET recurrence_id = ${recurrence.id}, occurrence_key = '2026-03-01' WHERE id = ${parent.id}`),
);
const { token } = await mintToken(app, { actor: "bot", name: "CI", expires_in_seconds: 3_600, read_only: true });
await mintToken(app, { actor: "bob" });
await revokeToken(app, token.id);
await app.db.transact((tx) => insertHookCursor(tx, { hook: "4f9a", event_id: 3 }));
await removeProject(app, { project_id: three.id, actor, force: true });
await renameProjectTo(app, one.id, "first");

const place = join(import.meta.dir, `schema-${SCHEMA_VERSION}`);
await Bun.write(`${place}.jsonl`, await exported(app.db));
rmSync(`${place}.db`, { force: true });
await app.db.all(sql`VACUUM INTO ${`${place}.db`}`);
await app[Symbol.asyncDispose]();
const db = new Database(`${place}.db`);
db.run("PRAGMA page_size = 512"); // Small pages make a small file.
db.run("VACUUM");
db.close();
console.log(`${place}.db and .jsonl`);
