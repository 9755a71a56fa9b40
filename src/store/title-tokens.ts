import { type Db } from "./db.ts";
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

/**
 * Live issues of the project whose title may share at least `share` of its words (by Jaccard) with `tokens`: none that
 * does is missing. Two such titles have a word in common among any `n - ceil(share · n) + 1` of the `n` words, so only
 * the rarest so many are looked up (prefix filtering: Chaudhuri et al., "A Primitive Operator for Similarity Joins").
 */
export async function issuesWithTitleLike(
  tx: Db,
  projectId: number,
  tokens: ReadonlySet<string>,
  share: number,
): Promise<{ id: number; title: string; body: string }[]> {
  const size = tokens.size;
  if (size === 0) return [];
  const asked = size - Math.ceil(share * size) + 1;
  const rarest = asked < size ? await rarestOf(tx, projectId, [...tokens], asked) : [...tokens];
  return tx.all(sql`
    SELECT id, title, body FROM issues
    WHERE deleted_at IS NULL AND id IN (
      SELECT issue_id FROM issue_title_tokens
      WHERE project_id = ${projectId} AND ${tx.dialect.among("token", rarest)}
        AND tokens BETWEEN ${Math.ceil(share * size)} AND ${Math.floor(size / share)}
    )`);
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
