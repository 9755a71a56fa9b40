import { BODY_CODE_POINTS } from "../core/similarity.ts";
import type { Db } from "./db.ts";
import { raw, sql } from "./sql.ts";

/** How far a word's frequency is counted: beyond it, rarer ones are asked for. */
const COMMON = 200;

/** Remembers the words of an issue's title. */
export async function indexTitle(tx: Db, issue: { id: number; project_id: number }, tokens: ReadonlySet<string>): Promise<void> {
  if (tokens.size === 0) return;
  const rows = [...tokens].map((token) => sql`(${issue.project_id}, ${token}, ${issue.id}, ${tokens.size})`);
  await tx.run(
    sql`INSERT INTO issue_title_tokens (project_id, token, issue_id, tokens) VALUES ${rows.reduce((all, next) => sql`${all}, ${next}`)}`,
  );
}

/** Forgets the words of an issue's title. */
export async function unindexTitle(tx: Db, issueId: number): Promise<void> {
  await tx.run(sql`DELETE FROM issue_title_tokens WHERE issue_id = ${issueId}`);
}

/** Keeps what is whole but for the last bit of a division whole. */
const HAIR = 1e-9;

/**
 * Live issues of the project whose titles share at least `share` of their words (by Jaccard) with `tokens`, each with as
 * much of its body as is compared. Such a title has a word in common with any `n - ceil(share · n) + 1` of the `n` words,
 * so only the rarest so many are looked up (prefix filtering: Chaudhuri et al., "A Primitive Operator for Similarity
 * Joins"); of what they give, the common words are counted.
 */
export async function issuesWithTitleLike(
  tx: Db,
  projectId: number,
  tokens: ReadonlySet<string>,
  share: number,
): Promise<{ id: number; title: string; body: string }[]> {
  const size = tokens.size;
  if (size === 0) return [];
  const least = Math.ceil(share * size - HAIR);
  const most = Math.floor(size / share + HAIR);
  const asked = size - least + 1;
  const all = [...tokens];
  const rarest = asked < size ? await rarestOf(tx, projectId, all, asked) : all;
  // Common words are at least `share` of the words of both: common ≥ share · (size + tokens - common).
  return tx.all(sql`
    SELECT id, title, substr(body, 1, ${BODY_CODE_POINTS}) AS body FROM issues
    WHERE deleted_at IS NULL AND id IN (
      SELECT issue_id FROM issue_title_tokens
      WHERE project_id = ${projectId} AND ${tx.dialect.among("token", rarest)} AND tokens BETWEEN ${least} AND ${most}
    ) AND (
      SELECT count(*) - CAST(${share - HAIR} AS double precision) * (${size} + max(own.tokens) - count(*))
      FROM issue_title_tokens AS own
      WHERE own.issue_id = issues.id AND ${tx.dialect.among("own.token", all)}
    ) >= 0`);
}

async function rarestOf(tx: Db, projectId: number, tokens: readonly string[], count: number): Promise<string[]> {
  const counts = tokens.map(
    (token) => sql`
    SELECT ${token}${raw(tx.dialect.name === "postgres" ? "::text" : "")} AS token, count(*) AS n FROM (
      SELECT 1 FROM issue_title_tokens WHERE project_id = ${projectId} AND token = ${token} LIMIT ${COMMON}
    ) AS uses`,
  );
  const rows = await tx.all<{ token: string; n: number }>(counts.reduce((all, next) => sql`${all} UNION ALL ${next}`));
  return rows
    .sort((a, b) => a.n - b.n)
    .slice(0, count)
    .map(({ token }) => token);
}
