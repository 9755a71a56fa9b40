import { expect, test } from "bun:test";
import fc from "fast-check";
import { closeIssue, reopenIssue } from "../../src/app/closes.ts";
import { importItems } from "../../src/app/imports.ts";
import { listAllIssues } from "../../src/app/issues.ts";
import { initProject } from "../../src/app/projects.ts";
import { createRecurrence, deleteRecurrence, editRecurrence } from "../../src/app/recurrences.ts";
import { KataError } from "../../src/core/error.ts";
import type { GivenItem } from "../../src/core/import.ts";
import { insertIssue } from "../../src/store/issues.ts";
import { freshApp } from "../apps.ts";
import { fuzzOf } from "../fuzz.ts";
import { history } from "./commands.ts";
import { Log } from "./log.ts";
import { pairOf, perform } from "./perform.ts";

const { seconds, params } = fuzzOf("replaying the log", 3);
const patience = (seconds + 60) * 1_000;

test(
  "the changes in the log of any history lead from nothing to each state that there was, and back",
  async () => {
    const property = fc.asyncProperty(history, async (commands) => {
      await using app = await freshApp({ close_throttle: false });
      const pair = await pairOf(app);
      const log = new Log(app.db);
      for (const command of commands) {
        const { made, refused } = await perform(pair, command);
        if (refused === undefined && command.verb === "merge")
          log.merged(pair.model.project(command.source), pair.model.project(command.target));
        if (refused === undefined && command.verb === "purge") log.purged();
        pair.model.do(command, made);
        await log.note();
      }
      await log.check();
    });
    await fc.assert(property, params);
  },
  patience,
);

const id = fc.constantFrom("1", "2", "3", "4");
const item: fc.Arbitrary<GivenItem> = fc
  .record({
    external_id: id,
    title: fc.lorem({ maxCount: 2 }),
    body: fc.constantFrom("", "Steps"),
    owner: fc.constantFrom(null, "ada"),
    priority: fc.constantFrom(null, 1, 2),
    closed: fc.boolean(),
    labels: fc.subarray(["bug", "ui"]),
    comments: fc.subarray(["a", "b"]),
    links: fc.array(
      fc.record({ type: fc.constantFrom("parent" as const, "blocks" as const, "related" as const), target_external_id: id }),
      {
        maxLength: 2,
      },
    ),
    day: fc.integer({ min: 10, max: 28 }),
  })
  .map(({ closed, comments, day, external_id, ...rest }) => ({
    ...rest,
    external_id,
    author: "old",
    status: closed ? ("closed" as const) : ("open" as const),
    closed_reason: closed ? "done" : null,
    closed_at: closed ? "2027-01-02T00:00:00Z" : null,
    created_at: "2027-01-01T00:00:00Z",
    updated_at: `2027-01-${day}T00:00:00Z`,
    comments: comments.map((text) => ({
      external_id: `${external_id}-${text}`,
      author: "eve",
      body: text,
      created_at: "2027-01-01T12:00:00Z",
    })),
  }));
const batch = fc.uniqueArray(item, { selector: ({ external_id }) => external_id, maxLength: 4 });

test(
  "so do those of imports, however often the same issues come",
  async () => {
    const property = fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 6 }), async (batches) => {
      await using app = await freshApp();
      const { project } = await initProject(app, { name: "demo" });
      const log = new Log(app.db);
      for (const items of batches) {
        await importItems(app, { project_id: project.id, actor: "ann", source: "tracker", items }).catch((error: unknown) => {
          if (!(error instanceof KataError) || error.status >= 500) throw error;
        });
        await log.note();
      }
      await log.check();
    });
    await fc.assert(property, params);
  },
  patience,
);

test("so do those of recurrences, to their end", async () => {
  await using app = await freshApp({ close_throttle: false });
  const { project } = await initProject(app, { name: "demo" });
  const log = new Log(app.db);
  const who = { project_id: project.id, actor: "ann" };
  const template = { title: "Water", body: "All of them", owner: "eve", labels: ["b", "a"], metadata: { room: "hall" } };
  const schedule = { rrule: "FREQ=WEEKLY;COUNT=3", dtstart: "2026-03-02", timezone: "UTC" };
  const { uid, id: rule } = await createRecurrence(app, { ...who, ...schedule, template });
  await log.note();
  const now = app.now().toISOString();
  const row = { uid: app.ulid(), project_id: project.id, title: "First", body: "", author: "ann", created_at: now, updated_at: now };
  await app.db.transact((tx) => insertIssue(tx, { ...row, recurrence_id: rule, occurrence_key: "2026-03-02" }));
  const close = async (ref: string) => {
    app.pass(1_000);
    await closeIssue(app, { ...who, ref, reason: "done", message: "", evidence: [], tui: true, dry_run: false });
    await log.note();
    return (await listAllIssues(app, {}))[0]?.uid ?? "";
  };
  const second = await close(row.uid);
  await reopenIssue(app, { ...who, ref: row.uid });
  await close(row.uid);
  const third = await close(second);
  await editRecurrence(app, { ...who, uid, revision: 4, rrule: "FREQ=WEEKLY;COUNT=1", template: { priority: 3 } });
  await log.note();
  // Its next date is what the new rule begins with, and nothing follows on the last issue.
  await close(third);
  await deleteRecurrence(app, { ...who, uid, revision: undefined });
  await log.note();
  await log.check();
  expect(second).not.toBe(third);
});
