import { expect } from "bun:test";
import type { Issue } from "../../src/api/shapes.ts";
import { tokensOf } from "../../src/core/similarity.ts";
import { updateIssue } from "../../src/store/issues.ts";
import { indexIssue, reindexIssue, reindexTitle, searchIssues, searchWords, unindexIssue } from "../../src/store/search.ts";
import { issuesWithTitleLike } from "../../src/store/title-tokens.ts";
import type { Contract, On } from "./contract.ts";

type Texts = { title?: string; body?: string; comments?: string };

/** An issue that stands in the index. */
async function indexed(
  { db, given }: On,
  project: { id: number },
  { title = "Untitled", body = "", comments = "" }: Texts,
): Promise<Issue> {
  const issue = await given.issue(project, { title, body });
  await db.transact((tx) => indexIssue(tx, { issue_id: issue.id, project_id: project.id, title, body, comments }));
  return issue;
}

/** The issues that are found, best first, and where the words stand. */
async function found({ db }: On, project: { id: number }, text: string, more: { limit?: number; include_deleted?: boolean } = {}) {
  const hits = await searchIssues(db, { words: searchWords(text), project_id: project.id, limit: 20, include_deleted: false, ...more });
  return hits.map(({ issue_id, matched_in }) => [issue_id, matched_in.join(" ")]);
}

export const searchContract: Contract<typeof import("../../src/store/search.ts")> = {
  indexIssue: {
    "replaces what the index says of the issue": async (on) => {
      const project = await on.given.project();
      const issue = await indexed(on, project, { title: "old words", comments: "older" });
      const document = { issue_id: issue.id, project_id: project.id, title: "new words", body: "", comments: "" };
      await on.db.transact((tx) => indexIssue(tx, document));
      expect(await found(on, project, "new")).toEqual([[issue.id, "title"]]);
      expect([...(await found(on, project, "old")), ...(await found(on, project, "older"))]).toEqual([]);
    },
  },
  reindexIssue: {
    "takes in all comments of the issue, and no other's": async (on) => {
      const project = await on.given.project();
      const [issue, other] = [await indexed(on, project, { title: "One" }), await indexed(on, project, { title: "Two" })];
      for (const body of ["first remark", "second remark"]) await on.given.comment(issue, body);
      await on.given.comment(other, "third remark");
      await on.db.transact((tx) => reindexIssue(tx, issue));
      expect(await found(on, project, "first second")).toEqual([[issue.id, "comments"]]);
      expect(await found(on, project, "one")).toEqual([[issue.id, "title"]]);
      expect(await found(on, project, "third")).toEqual([]);
    },
    "goes by the title and body that it is given": async (on) => {
      const project = await on.given.project();
      const issue = await indexed(on, project, { title: "old title", body: "old body" });
      await on.db.transact((tx) => reindexIssue(tx, { ...issue, title: "new title", body: "new body" }));
      expect(await found(on, project, "new")).toEqual([[issue.id, "title body"]]);
      expect(await found(on, project, "old")).toEqual([]);
    },
  },
  reindexTitle: {
    "forgets the former title, and takes the project that it is given": async ({ db, given }) => {
      const [from, to] = [await given.project(), await given.project()];
      const issue = await given.issue(from, { title: "broken login page" });
      const like = async (project: { id: number }, title: string) =>
        (await db.transact((tx) => issuesWithTitleLike(tx, project.id, tokensOf(title), 0.5))).map(({ id }) => id);
      await db.transact((tx) => reindexTitle(tx, issue));
      expect(await like(from, "broken login page")).toEqual([issue.id]);
      await db.transact((tx) => reindexTitle(tx, { ...issue, title: "slow search results", project_id: to.id }));
      expect(await like(from, "broken login page")).toEqual([]);
      expect(await like(from, "slow search results")).toEqual([]);
      expect(await like(to, "slow search results")).toEqual([issue.id]);
    },
  },
  unindexIssue: {
    "takes one issue out of the index": async (on) => {
      const project = await on.given.project();
      const [a, b] = [await indexed(on, project, { title: "same words" }), await indexed(on, project, { title: "same words" })];
      await on.db.transact((tx) => unindexIssue(tx, a.id));
      expect(await found(on, project, "same")).toEqual([[b.id, "title"]]);
    },
  },
  searchWords: {
    "takes each piece once, and none without a letter or digit": async () => {
      expect(searchWords("  fix\tlogin fix \u00a0 -- 42 NOT\n* ")).toEqual(["fix", "login", "42", "NOT"]);
    },
  },
  searchIssues: {
    "wants every word, in whichever column, and says where any of them stands": async (on) => {
      const project = await on.given.project();
      const both = await indexed(on, project, { title: "login fails", body: "on safari", comments: "login again" });
      await indexed(on, project, { title: "login works" });
      expect(await found(on, project, "login safari")).toEqual([[both.id, "title body comments"]]);
      expect(await found(on, project, "login nothing")).toEqual([]);
    },
    "finds words whatever their case and marks, but no part of a word": async (on) => {
      const project = await on.given.project();
      const issue = await indexed(on, project, { title: "Zoë's Übergröße" });
      expect(await found(on, project, "zoe")).toEqual([[issue.id, "title"]]);
      expect(await found(on, project, "UBERGROßE")).toEqual([[issue.id, "title"]]);
      expect(await found(on, project, "uber")).toEqual([]);
    },
    "takes operators and quotes for words": async (on) => {
      const project = await on.given.project();
      const issue = await indexed(on, project, { title: 'login OR "logout" NOT (x)' });
      for (const text of ['"logout"', "login OR", "NOT", "log* title:login", "x)"]) {
        expect(await found(on, project, text)).toEqual(text.includes("*") ? [] : [[issue.id, "title"]]);
      }
    },
    "keeps to the project, to live issues unless told otherwise, and to the limit": async (on) => {
      const project = await on.given.project();
      const [a, gone] = [await indexed(on, project, { title: "words" }), await indexed(on, project, { title: "words" })];
      await indexed(on, await on.given.project(), { title: "words" });
      await on.db.transact((tx) => updateIssue(tx, gone.id, { deleted_at: on.given.now() }, gone.updated_at));
      expect(await found(on, project, "words")).toEqual([[a.id, "title"]]);
      expect((await found(on, project, "words", { include_deleted: true })).map(([id]) => id)).toEqual([gone.id, a.id]);
      expect(await found(on, project, "words", { include_deleted: true, limit: 1 })).toHaveLength(1);
    },
    "finds nothing without words": async (on) => {
      const project = await on.given.project();
      await indexed(on, project, { title: "words" });
      expect(await found(on, project, " -- ")).toEqual([]);
    },
  },
};
