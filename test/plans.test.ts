import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { closeEvents, siblingCloses } from "../src/store/closes.ts";
import {
  countEventsAfter,
  countEventsOfTypesAfter,
  eventsAfter,
  eventsBetween,
  eventTypesAfter,
  findCreation,
  findEvent,
  lastEventId,
  resetAfter,
} from "../src/store/events.ts";
import { commentsOf, commentsOfAll } from "../src/store/comments.ts";
import type { Db } from "../src/store/db.ts";
import {
  findIssueByShortId,
  findIssueByUid,
  issuesByIds,
  issuesByUidStart,
  issuesEverywhere,
  issuesOf,
  issuesStartingWith,
  readyIssues,
} from "../src/store/issues.ts";
import { kinds } from "../src/store/kinds.ts";
import { labelsOf } from "../src/store/labels.ts";
import { childCountsOf, childIdsOf, findParentLink, linksOf, parentsOf, peersOf } from "../src/store/links.ts";
import { recordsAfter } from "../src/store/records.ts";
import { Sql } from "../src/store/sql.ts";
import { issuesWithTitleLike } from "../src/store/title-tokens.ts";
import { freshSqlite } from "./stores.ts";

let fresh: Awaited<ReturnType<typeof freshSqlite>>;
beforeAll(async () => {
  fresh = await freshSqlite();
});
afterAll(async () => {
  await fresh.db.close();
  await fresh.remove();
});

/** How SQLite goes about each statement that `work` sends. */
async function plansOf(work: (db: Db) => Promise<unknown>): Promise<string[]> {
  const { db } = fresh;
  const steps: string[] = [];
  await work({
    ...db,
    all: async <Row>(query: Sql) => {
      const explained = new Sql([`EXPLAIN QUERY PLAN ${query.texts[0]}`, ...query.texts.slice(1)], query.args);
      steps.push(...(await db.all<{ detail: string }>(explained)).map(({ detail }) => detail));
      return db.all<Row>(query);
    },
  });
  return steps;
}

/** Reading a whole table, or sorting; the few rows of a list of ids, of a subquery or of one issue's links may be. */
const isSlow = (step: string) =>
  /^SCAN (?!json_each|ends|above|counted|uses)(?!.* USING (?:COVERING )?INDEX)/.test(step) || /TEMP B-TREE FOR ORDER BY/.test(step);

const quick: [what: string, work: (db: Db) => Promise<unknown>, index?: string][] = [
  ["a list by status", (db) => issuesOf(db, { project_id: 1, status: "open", limit: 50 }), "issues_by_status"],
  ["a list of all statuses", (db) => issuesOf(db, { project_id: 1, limit: 50 }), "issues_by_update"],
  ["a list by priority", (db) => issuesOf(db, { project_id: 1, status: "open", max_priority: 1, limit: 50 }), "issues_by_status"],
  ["the issues of all projects", (db) => issuesEverywhere(db, { limit: 50 }), "issues_by_creation"],
  ["the open issues of all projects", (db) => issuesEverywhere(db, { status: "open", limit: 50 }), "issues_by_creation"],
  ["ready issues", (db) => readyIssues(db, 1, 50), "issues_by_status"],
  ["an issue by short id", (db) => findIssueByShortId(db, 1, "abc4"), "autoindex_issues"],
  ["an issue by ULID", (db) => findIssueByUid(db, "01KJKB5W00KATATESTS0000000"), "autoindex_issues"],
  ["issues by the start of a short id", (db) => issuesStartingWith(db, 1, "abc4", 20), "autoindex_issues"],
  ["issues by the start of a ULID", (db) => issuesByUidStart(db, "01KJKB5W", false, 20), "autoindex_issues"],
  ["issues by row id", (db) => issuesByIds(db, [1, 2]), "PRIMARY KEY"],
  ["an issue's comments", (db) => commentsOf(db, 1), "comments_issue"],
  ["the comments of some issues", (db) => commentsOfAll(db, [1, 2]), "comments_issue"],
  ["labels", (db) => labelsOf(db, [1, 2]), "PRIMARY KEY"],
  ["an issue's parent", (db) => findParentLink(db, 1), "links_one_parent_key"],
  ["parents", (db) => parentsOf(db, [1, 2]), "links_one_parent_key"],
  ["child counts", (db) => childCountsOf(db, [1, 2]), "links_to"],
  ["events after a cursor", (db) => eventsAfter(db, 10, { limit: 100 }), "INTEGER PRIMARY KEY (rowid>?)"],
  ["a project's events after a cursor", (db) => eventsAfter(db, 10, { project_id: 1, limit: 100 }), "events_project"],
  ["how many events there are after a cursor", (db) => countEventsAfter(db, 10, { project_id: 1, limit: 100 }), "events_project"],
  ["an event", (db) => findEvent(db, 10), "INTEGER PRIMARY KEY (rowid=?)"],
  ["which events come after a cursor", (db) => eventTypesAfter(db, 10, 100), "INTEGER PRIMARY KEY (rowid>?)"],
  [
    "how many events of some types come after a cursor",
    (db) => countEventsOfTypesAfter(db, 10, ["issue.created", "issue.closed"], 100),
    "INTEGER PRIMARY KEY (rowid>?)",
  ],
  ["the newest event", (db) => lastEventId(db)],
  ["whether a cursor was purged", (db) => resetAfter(db, 10), "purge_log_reset"],
  ["whether a cursor was purged in a project", (db) => resetAfter(db, 10, 1), "purge_log"],
  [
    "titles that are alike",
    (db) => issuesWithTitleLike(db, 1, new Set(["fix", "login", "page"]), 0.5),
    "PRIMARY KEY (project_id=? AND token=?",
  ],
];

describe("SQLite neither reads a whole table nor sorts for", () => {
  for (const [what, work, index] of quick) {
    test(what, async () => {
      const steps = await plansOf(work);
      expect(steps).not.toBeEmpty();
      if (index !== undefined) expect(steps.join("\n")).toContain(index);
      expect(steps.filter(isSlow)).toEqual([]);
    });
  }
});

/** Rows are read in the order of their key, so that a page costs a page, however many come before it. */
describe("SQLite goes on where the last page of an export ended, and does not sort, for", () => {
  const row = { id: 10, key: "a", name: "a", issue_id: 10, label: "a" };
  for (const kind of kinds.filter(({ table }) => table !== "meta" && table !== "sequences")) {
    test(`${kind.name} records`, async () => {
      const steps = await plansOf((db) => recordsAfter(db, kind, { include_deleted: false }, row, 100));
      expect(steps[0]).toMatch(new RegExp(`^SEARCH ${kind.table} USING .*(PRIMARY KEY|id>\\?)`));
      expect(steps.filter((step) => /SCAN|TEMP B-TREE/.test(step))).toEqual([]);
    });
  }
});

/** What belongs to one issue, or to those of one page, is sorted once it is found. */
const sorted: typeof quick = [
  ["an issue's links", (db) => linksOf(db, 1), "links_to"],
  ["an issue's children", (db) => childIdsOf(db, 1), "links_to"],
  ["a used idempotency key", (db) => findCreation(db, 1, "key", "2026-01-01T00:00:00.000Z"), "events_idempotency"],
  ["closes of siblings", (db) => siblingCloses(db, { parent_id: 1, except_id: 2, actor: "ada", since: "2026-01-01" }), "events_closes"],
  ["a project's closes", (db) => closeEvents(db, 1), "events_audit"],
  ["events of a window", (db) => eventsBetween(db, { since: "2026-01-01", until: "2026-01-02" }), "events_time"],
  ["a project's events of a window", (db) => eventsBetween(db, { project_id: 1, since: "2026-01-01", until: "2026-01-02" }), "events_"],
  ["peers", (db) => peersOf(db, [1, 2]), "links_to"],
];

describe("SQLite reads no whole table for", () => {
  for (const [what, work, index = ""] of sorted) {
    test(what, async () => {
      const steps = await plansOf(work);
      expect(steps.join("\n")).toContain(index);
      expect(steps.filter((step) => isSlow(step) && !step.startsWith("USE TEMP B-TREE"))).toEqual([]);
    });
  }
});
