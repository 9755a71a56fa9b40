import { mayBeAlike } from "../core/similarity.ts";
import { commentsOf, commentsOfAll } from "./comments.ts";
import { type Database, type Db, type FoundRow, one, type SearchDocument, type SearchQuery } from "./db.ts";
import { sql } from "./sql.ts";
import { indexTitle, unindexTitle } from "./title-tokens.ts";

export type Column = "title" | "body" | "comments";
export type Hit = { issue_id: number; score: number; matched_in: Column[] };

/** Up to here even the commonest word is found sooner than a thread starts. */
const FEW_ISSUES = 10_000;

/** Puts an issue's words into the full-text index, or replaces them. */
export async function indexIssue(tx: Db, document: SearchDocument): Promise<void> {
  for (const statement of tx.dialect.search.index(document)) await tx.run(statement);
}

type Indexed = { id: number; project_id: number; title: string; body: string };

/** Brings the full-text index to what an issue and its comments say now: after any change of title, body or comments. */
export async function reindexIssue(tx: Db, { id, project_id, title, body }: Indexed): Promise<void> {
  const comments = (await commentsOf(tx, id)).map((comment) => comment.body).join(" ");
  await indexIssue(tx, { issue_id: id, project_id, title, body, comments });
}

/** Remembers the words of an issue's title anew: after a change of title, body or project. */
export async function reindexTitle(tx: Db, before: Indexed, after: Partial<Omit<Indexed, "id">>): Promise<void> {
  const { title = before.title, project_id = before.project_id } = after;
  if (title === before.title && project_id === before.project_id && mayBeAlike(before) === mayBeAlike({ ...before, ...after })) return;
  await unindexTitle(tx, before);
  await indexTitle(tx, { ...before, ...after });
}

/** Takes an issue's words out of the full-text index. */
export async function unindexIssue(tx: Db, issueId: number): Promise<void> {
  for (const statement of tx.dialect.search.remove(issueId)) await tx.run(statement);
}

const PAGE = 500;

/** Brings both indexes to what all issues say, or those of one project: where rows came that are in none. In between it takes turns. */
export async function indexAll(tx: Db, projectId: number | undefined, turn: () => Promise<void>): Promise<void> {
  // One after the other: full-text search writes down what it has whenever another table takes several rows at once.
  for await (const issues of pagesOf(tx, projectId, turn)) {
    const comments = new Map<number, string>();
    for (const { issue_id, body } of await commentsOfAll(
      tx,
      issues.map(({ id }) => id),
    )) {
      const before = comments.get(issue_id);
      comments.set(issue_id, before === undefined ? body : `${before} ${body}`);
    }
    for (const { id, project_id, title, body } of issues) {
      await indexIssue(tx, { issue_id: id, project_id, title, body, comments: comments.get(id) ?? "" });
    }
  }
  for await (const issues of pagesOf(tx, projectId, turn)) for (const issue of issues) await indexTitle(tx, issue);
}

async function* pagesOf(tx: Db, projectId: number | undefined, turn: () => Promise<void>): AsyncGenerator<Indexed[]> {
  const within = projectId === undefined ? sql`1 = 1` : sql`project_id = ${projectId}`;
  let last: number | undefined = 0;
  while (last !== undefined) {
    const issues: Indexed[] = await tx.all<Indexed>(sql`
      SELECT id, project_id, title, body FROM issues WHERE ${within} AND id > ${last} ORDER BY id LIMIT ${PAGE}`);
    yield issues;
    await turn();
    last = issues.at(-1)?.id;
  }
}

/** The words of a query: pieces between white space in which there is a letter or digit, each once. */
export function searchWords(text: string): string[] {
  return [...new Set(text.split(/\s+/u))].filter((word) => /[\p{L}\p{N}\p{Co}]/u.test(word));
}

/**
 * The project's issues in whose title, body or comments every word stands, best first, and where any of them stands. Runs
 * aside when there are so many issues that a common word would hold up everybody else.
 */
export async function searchIssues(db: Database, query: SearchQuery): Promise<Hit[]> {
  if (query.words.length === 0) return [];
  const last = await one<{ id: number | null }>(db, sql`SELECT max(id) AS id FROM issues`);
  const ask = (last?.id ?? 0) > FEW_ISSUES ? db.aside : db.all;
  const rows = await ask<FoundRow>(db.dialect.search.find(query));
  return rows.map(({ issue_id, score, in_title, in_body, in_comments }) => ({
    issue_id,
    score,
    matched_in: [
      ...(in_title ? ["title" as const] : []),
      ...(in_body ? ["body" as const] : []),
      ...(in_comments ? ["comments" as const] : []),
    ],
  }));
}
