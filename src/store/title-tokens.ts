import { jaccard, mayBeAlike, tokensOf } from "../core/similarity.ts";
import { maskOf, mayHave } from "../core/token-mask.ts";
import type { Db } from "./db.ts";
import { type Sql, sql } from "./sql.ts";

/** Uses of a word are counted up to here. */
const COUNTED = 32;
/** In so few statements the words are looked up, however many there are. */
const STATEMENTS = 8;

type Titled = { id: number; project_id: number; title: string };

/** Remembers the words of an issue's title, if anything may ever be like it. */
export async function indexTitle(tx: Db, { id, project_id, title, body }: Titled & { body: string }): Promise<void> {
  if (!mayBeAlike({ body })) return;
  const tokens = tokensOf(title);
  const mask = maskOf(tokens);
  // Each row in a statement of its own: before one of several rows, FTS5 writes out what it has gathered. PostgreSQL takes them in one go.
  await Promise.all(
    Array.from(tokens, (token) =>
      tx.run(sql`
        INSERT INTO issue_title_tokens (project_id, token, issue_id, tokens, mask)
        VALUES (${project_id}, ${token}, ${id}, ${tokens.size}, ${mask})`),
    ),
  );
}

/** Forgets the words of an issue's title, which must be the one that was remembered. */
export async function unindexTitle(tx: Db, { id, project_id, title }: Titled): Promise<void> {
  const tokens = [...tokensOf(title)];
  await tx.run(sql`
    DELETE FROM issue_title_tokens WHERE project_id = ${project_id} AND ${tx.dialect.among("token", tokens)} AND tokens = ${tokens.length} AND issue_id = ${id}`);
}

/** Keeps what is whole but for the last bit of a division whole. */
const HAIR = 1e-9;

/**
 * Live issues of the project whose titles share at least `share` of their words (by Jaccard) with `tokens`: none that does
 * is missing. Titles of n and m words that share so much have
 * c ≥ share / (1 + share) · (n + m) words in common, so one of them is among any n - c + 1 of the n. Only the rarest so many
 * are looked up, each for the titles of no more words than it has to answer for (prefix filtering: Chaudhuri et al., "A
 * Primitive Operator for Similarity Joins"); of what they give, the masks tell most that share too little.
 */
export async function issuesWithTitleLike(
  tx: Db,
  projectId: number,
  tokens: ReadonlySet<string>,
  share: number,
): Promise<{ id: number; title: string }[]> {
  const size = tokens.size;
  const common = share / (1 + share);
  const least = Math.ceil(share * size - HAIR);
  const atMost = mayHave(tokens);
  const found = new Set<number>();
  for (const use of await usesOfSome(tx, projectId, [...tokens], { common, least })) {
    if (atMost(use.mask) >= common * (size + use.tokens) - HAIR) found.add(use.issue_id);
  }
  if (found.size === 0) return [];
  const near = await tx.all<{ id: number; title: string }>(
    sql`SELECT id, title FROM issues WHERE deleted_at IS NULL AND ${tx.dialect.among("id", [...found])}`,
  );
  return near.filter(({ title }) => jaccard(tokens, tokensOf(title)) >= share - HAIR);
}

type Use = { issue_id: number; tokens: number; mask: number };
type Bounds = { common: number; least: number };

/** Uses of so many of the words that no title with enough of them is missing. */
async function usesOfSome(tx: Db, projectId: number, words: readonly string[], { common, least }: Bounds): Promise<Use[]> {
  const longest = (k: number) => Math.floor((words.length - k) / common - words.length + HAIR);
  const count = words.filter((_, k) => longest(k) >= least).length;
  const within = (most: number) => sql`project_id = ${projectId} AND tokens BETWEEN ${least} AND ${most}`;
  const some = await rarest(tx, words, count, within(longest(0)));
  const step = Math.ceil(count / STATEMENTS);
  const found: Use[][] = [];
  for (let k = 0; k < count; k += step) {
    const uses = tx.all<Use>(sql`
      SELECT issue_id, tokens, mask FROM issue_title_tokens
      WHERE ${tx.dialect.among("token", some.slice(k, k + step))} AND ${within(longest(k))}`);
    found.push(await uses);
  }
  return found.flat();
}

/** So many of the words as are asked for, first those that seem to have the fewest uses. */
async function rarest(tx: Db, words: readonly string[], count: number, within: Sql): Promise<string[]> {
  if (count >= words.length) return [...words];
  // Of words that are used often, the commoner one was used more lately: in titles of as many words, where ids are in order.
  const counted = await tx.all<{ token: string; uses: number; lately: number | null }>(sql`
    SELECT value AS token, (
      SELECT count(*) FROM (SELECT 1 FROM issue_title_tokens WHERE token = value AND ${within} LIMIT ${COUNTED}) AS counted
    ) AS uses, (
      SELECT issue_id FROM issue_title_tokens WHERE token = value AND ${within} AND tokens = ${words.length}
      ORDER BY issue_id DESC LIMIT 1 OFFSET 7
    ) AS lately
    FROM ${tx.dialect.each(words)}`);
  return counted
    .sort((a, b) => a.uses - b.uses || (a.lately ?? 0) - (b.lately ?? 0))
    .slice(0, count)
    .map(({ token }) => token);
}
