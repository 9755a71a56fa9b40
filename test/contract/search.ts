import { expect } from "bun:test";
import type { Issue } from "../../src/api/shapes.ts";
import { tokensOf } from "../../src/core/similarity.ts";
import type { Database } from "../../src/store/db.ts";
import { updateIssue } from "../../src/store/issues.ts";
import { indexAll, indexIssue, reindexIssue, reindexTitle, searchIssues, searchWords, unindexIssue } from "../../src/store/search.ts";
import { indexTitle, issuesWithTitleLike } from "../../src/store/title-tokens.ts";
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

const likeIn = (db: Database) => async (project: { id: number }, title: string) =>
  (await db.transact((tx) => issuesWithTitleLike(tx, project.id, tokensOf(title), 0.5))).map(({ id }) => id);

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
    "takes texts of any size, and finds them by their first words": async (on) => {
      const project = await on.given.project();
      const body = Array.from({ length: 120_000 }, (_, i) => `word${i}`).join(" ");
      const long = await indexed(on, project, { body, comments: body });
      const word = "x".repeat(5_000);
      const odd = await indexed(on, project, { title: word, body: "a ".repeat(100_000) });
      expect(await found(on, project, "word7")).toEqual([[long.id, "body comments"]]);
      expect(await found(on, project, `a ${word}`)).toEqual([[odd.id, "title body"]]);
    },
  },
  indexAll: {
    "brings all issues into both indexes, with their comments, in turns": async (on) => {
      const project = await on.given.project();
      const issues: Issue[] = [];
      for (let i = 0; i < 520; i++) issues.push(await on.given.issue(project, { title: `Number n${i}`, body: `body b${i}` }));
      for (const body of ["first remark", "second remark"]) await on.given.comment(issues[510] as Issue, body);
      let turns = 0;
      await on.db.transact((tx) => indexAll(tx, undefined, async () => void turns++));
      expect(turns).toBeGreaterThan(2);
      expect(await found(on, project, "n3 b3")).toEqual([[(issues[3] as Issue).id, "title body"]]);
      expect(await found(on, project, "first second")).toEqual([[(issues[510] as Issue).id, "comments"]]);
      const near = await on.db.transact((tx) => issuesWithTitleLike(tx, project.id, tokensOf("number n519"), 1));
      expect(near.map(({ id }) => id)).toEqual([issues[519]?.id as number]);
    },
    "of one project leaves the others alone": async (on) => {
      const [project, other] = [await on.given.project(), await on.given.project()];
      const issue = await on.given.issue(project, { title: "Wanted" });
      await on.given.issue(other, { title: "Wanted" });
      await on.db.transact((tx) => indexAll(tx, project.id, () => Promise.resolve()));
      expect(await found(on, project, "wanted")).toEqual([[issue.id, "title"]]);
      expect(await found(on, other, "wanted")).toEqual([]);
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
      const issue = await given.issue(from, { title: "broken login page", body: "Since Monday." });
      const like = likeIn(db);
      await db.transact((tx) => indexTitle(tx, issue));
      expect(await like(from, "broken login page")).toEqual([issue.id]);
      const after = { title: "slow search results", project_id: to.id };
      await db.transact(async (tx) => {
        await updateIssue(tx, issue.id, after, given.now());
        await reindexTitle(tx, issue, after);
      });
      expect(await like(from, "broken login page")).toEqual([]);
      expect(await like(from, "slow search results")).toEqual([]);
      expect(await like(to, "slow search results")).toEqual([issue.id]);
    },
    "takes a title in when its issue gets a body, and forgets it when that goes": async ({ db, given }) => {
      const project = await given.project();
      const issue = await given.issue(project, { title: "broken login page" });
      const like = likeIn(db);
      const edit = async (before: Issue, body: string) => {
        await db.transact((tx) => reindexTitle(tx, before, { body }));
        return { ...before, body };
      };
      await db.transact((tx) => indexTitle(tx, issue));
      const told = await edit(issue, "Since Monday.");
      expect(await like(project, issue.title)).toEqual([issue.id]);
      const more = await edit(told, "Since Tuesday.");
      expect(await like(project, issue.title)).toEqual([issue.id]);
      await edit(more, "");
      expect(await like(project, issue.title)).toEqual([]);
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
    "finds the same by any query: operators mean nothing, and what punctuation divides stands side by side in one column": async (on) => {
      const project = await on.given.project();
      const a = (await indexed(on, project, { title: "Résumé upload fails" })).id;
      const b = (await indexed(on, project, { title: "Upload of files", body: "upload fails here" })).id;
      const c = (await indexed(on, project, { title: "x", body: "snake_case foo.bar v1.2 ÅNGSTRÖM ДОМ", comments: "user@host it's" })).id;
      const d = (await indexed(on, project, { title: 'login OR "logout" NOT (y)' })).id;
      const uploads = [a, b];
      const cases: [query: string, found: number[]][] = [
        ["upload", uploads],
        ["resume UPLOAD", [a]],
        ["re\u0301sume\u0301", [a]],
        ["uplo", []],
        ["upload OR resume", []],
        ["upload NOT fails", []],
        ["NEAR(upload fails)", []],
        ["title:upload", []],
        ["log* title:login", []],
        ["upload* ^fails", uploads],
        ['"upload fails"', uploads],
        ["upload-fails", uploads],
        ["files-upload", []],
        ['"logout" OR y)', [d]],
        ["snake case foo-bar", [c]],
        ["x-snake", []],
        ["angstrom дом", [c]],
        ["user@host", [c]],
        ["it's x", [c]],
        ["' \\ \" -- upload", uploads],
        ["v1\u00002", [c]],
        ["' \\ \"", []],
      ];
      for (const [query, ids] of cases) {
        const hits = await found(on, project, query);
        expect([query, hits.map(([id]) => id as number).sort((first, second) => first - second)]).toEqual([query, ids]);
      }
    },
    "gives the best first, and of equals the newest": async (on) => {
      const project = await on.given.project();
      const far = await indexed(on, project, { title: "zebra", body: "many other words that have nothing to do with it ".repeat(5) });
      const near = await indexed(on, project, { title: "zebra zebra" });
      for (let i = 0; i < 8; i++) await indexed(on, project, { title: "nothing" });
      const [older, newer] = [await indexed(on, project, { title: "equal" }), await indexed(on, project, { title: "equal" })];
      expect((await found(on, project, "zebra")).map(([id]) => id)).toEqual([near.id, far.id]);
      expect((await found(on, project, "equal")).map(([id]) => id)).toEqual([newer.id, older.id]);
    },
    "takes thousands of words": async (on) => {
      const project = await on.given.project();
      const words = Array.from({ length: 2_000 }, (_, i) => `w${i}`).join(" ");
      const { id } = await indexed(on, project, { body: words });
      expect(await found(on, project, words)).toEqual([[id, "body"]]);
      expect(await found(on, project, `${words} more`)).toEqual([]);
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
