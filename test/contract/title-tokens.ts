import { expect } from "bun:test";
import fc from "fast-check";
import type { Issue } from "../../src/api/shapes.ts";
import { LEAST_TITLE_SHARE, tokensOf } from "../../src/core/similarity.ts";
import { indexTitle, issuesWithTitleLike, unindexTitle } from "../../src/store/title-tokens.ts";
import type { Contract, On } from "./contract.ts";

async function titled({ db, given }: On, project: { id: number }, title: string, more: { body?: string; deleted_at?: string } = {}) {
  const issue = await given.issue(project, { title, body: "As it says.", ...more });
  await db.transact((tx) => indexTitle(tx, issue));
  return issue;
}

const found = async ({ db }: On, project: { id: number }, title: string, share: number) =>
  (await db.transact((tx) => issuesWithTitleLike(tx, project.id, tokensOf(title), share))).map(({ id }) => id).sort((a, b) => a - b);

function jaccard(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const all = a.union(b).size;
  return a.size === 0 || b.size === 0 ? 0 : a.intersection(b).size / all;
}

export const titleTokensContract: Contract<typeof import("../../src/store/title-tokens.ts")> = {
  indexTitle: {
    "takes a title without words": async (on) => {
      const project = await on.given.project();
      await titled(on, project, "!!!");
      expect(await found(on, project, "!!!", 0.5)).toEqual([]);
    },
    "passes over an issue without a body, which nothing is like": async (on) => {
      const project = await on.given.project();
      await titled(on, project, "fix login page", { body: " \n" });
      expect(await found(on, project, "fix login page", 0.5)).toEqual([]);
    },
  },
  unindexTitle: {
    "forgets one issue's words only": async (on) => {
      const project = await on.given.project();
      const [a, b] = [await titled(on, project, "fix login page"), await titled(on, project, "fix login page")];
      await on.db.transact((tx) => unindexTitle(tx, a));
      expect(await found(on, project, "fix login page", 1)).toEqual([b.id]);
    },
  },
  issuesWithTitleLike: {
    "misses none that shares enough words": async (on) => {
      const project = await on.given.project();
      const words = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta"];
      const issues = [];
      for (let n = 1; n <= words.length; n++) issues.push(await titled(on, project, words.slice(0, n).join(" ")));
      for (const share of [0.5, 0.7, 0.9, 1]) {
        const alike = issues.filter((_, i) => (i + 1) / words.length >= share).map(({ id }) => id);
        expect(await found(on, project, words.join(" "), share)).toEqual(expect.arrayContaining(alike));
      }
      expect(await found(on, project, "other words", 0.5)).toEqual([]);
    },
    "gives just what comparing all titles gives": async (on) => {
      const project = await on.given.project();
      // Few words, some of them in most titles, so that common, rare and unknown ones meet.
      const word = fc.integer({ min: 0, max: 11 }).map((n) => `word${Math.floor(Math.sqrt(n * 12))}`);
      const title = fc.uniqueArray(word, { maxLength: 9 }).map((words) => words.join(" "));
      const issues: Issue[] = [];
      for (const each of fc.sample(title, { numRuns: 120, seed: 7 })) issues.push(await titled(on, project, each || "!"));
      const share = fc.constantFrom(LEAST_TITLE_SHARE, 0.1, 0.3, 0.56, 0.6, 0.7, 0.9, 1);
      const law = fc.asyncProperty(title, share, async (asked, least) => {
        const near = issues.filter((issue) => jaccard(tokensOf(asked), tokensOf(issue.title)) >= least - 1e-9);
        expect(await found(on, project, asked, least)).toEqual(near.map(({ id }) => id));
      });
      await fc.assert(law, { numRuns: 150 });
    },
    "gives titles, and leaves out deleted issues and other projects": async (on) => {
      const [project, other] = [await on.given.project(), await on.given.project()];
      const live = await titled(on, project, "fix login page");
      await titled(on, project, "fix login page", { deleted_at: on.given.now() });
      await titled(on, other, "fix login page");
      const rows = await on.db.transact((tx) => issuesWithTitleLike(tx, project.id, tokensOf("fix the login page"), 0.5));
      expect(rows).toEqual([{ id: live.id, title: live.title }]);
    },
    "takes titles of very many words": async (on) => {
      const project = await on.given.project();
      const words = Array.from({ length: 8000 }, (_, i) => `w${i.toString(36)}`);
      const long = await titled(on, project, words.join(" "));
      await titled(on, project, words.slice(0, 100).join(" "));
      expect(await found(on, project, words.slice(500).join(" "), 0.9)).toEqual([long.id]);
    },
    "finds by the rarer words where some are common": async (on) => {
      const project = await on.given.project();
      for (let i = 0; i < 30; i++) await titled(on, project, `fix page ${i}`);
      const wanted = await titled(on, project, "fix page zebra quagga");
      expect(await found(on, project, "fix page zebra quagga", 0.9)).toEqual([wanted.id]);
    },
  },
};
