import type { SearchDialect } from "./db.ts";
import { sql } from "./sql.ts";

/** A lexeme has at most 2046 bytes, and a code point at most 4. */
const LONGEST_TOKEN = 500;
/** Of a column's words so many bytes are indexed: a tsvector has at most 2^20, and one holds all three columns. */
const MOST_BYTES = 300_000;
/** Positions are counted so far, and so many of each word (postgresql.org/docs/15/textsearch-limitations.html). */
const LAST_POSITION = 16_383;
const MOST_POSITIONS = 255;

/** Runs of letters and digits, folded: what SQLite's `unicode61 remove_diacritics 2` makes of a text. */
function tokensOf(text: string): string[] {
  const folded = text
    .normalize("NFD")
    .replaceAll(/\p{Mn}/gu, "")
    .toLowerCase();
  return (folded.match(/[\p{L}\p{N}\p{Co}]+/gu) ?? []).map((token) =>
    token.length > LONGEST_TOKEN ? Array.from(token).slice(0, LONGEST_TOKEN).join("") : token,
  );
}

/** A text as a tsvector is written. The first word of a column stands apart from the last of the column before it. */
function vector(text: string): string {
  const positions = new Map<string, number[]>();
  let bytes = 0;
  tokensOf(text).forEach((token, i) => {
    let found = positions.get(token);
    bytes += found ? 2 : Buffer.byteLength(token) + 6;
    if (bytes > MOST_BYTES) return;
    if (!found) positions.set(token, (found = []));
    if (found.length < MOST_POSITIONS) found.push(Math.min(i + 2, LAST_POSITION));
  });
  return [...positions].map(([token, at]) => `'${token}':${at.join(",")}`).join(" ");
}

/** A word as a tsquery is written: what punctuation divides has to stand side by side. */
const phrase = (word: string): string =>
  `(${tokensOf(word)
    .map((token) => `'${token}'`)
    .join(" <-> ")})`;

export const postgresSearch: SearchDialect = {
  index: ({ issue_id, title, body, comments }) => [
    sql`
      INSERT INTO issues_fts (issue_id, title, body, comments)
      VALUES (${issue_id}, ${vector(title)}::text::tsvector, ${vector(body)}::text::tsvector, ${vector(comments)}::text::tsvector)
      ON CONFLICT (issue_id) DO UPDATE SET title = excluded.title, body = excluded.body, comments = excluded.comments`,
  ],
  remove: (issueId) => [sql`DELETE FROM issues_fts WHERE issue_id = ${issueId}`],
  // All columns weigh the same, and a long text no more than a short one: as near to BM25 as ts_rank comes.
  find: ({ words, project_id, limit, include_deleted }) => {
    const all = sql`${words.map(phrase).join(" & ")}::text::tsquery`;
    const some = sql`${words.map(phrase).join(" | ")}::text::tsquery`;
    return sql`
      SELECT found.issue_id, found.score, title @@ ${some} AS in_title, body @@ ${some} AS in_body, comments @@ ${some} AS in_comments
      FROM (
        SELECT issues.id AS issue_id, ts_rank('{1, 1, 1, 1}', issues_fts.whole, ${all}, 1)::float8 AS score
        FROM issues_fts JOIN issues ON issues.id = issues_fts.issue_id
        WHERE issues_fts.whole @@ ${all} AND issues.project_id = ${project_id}
          AND (${include_deleted ? 1 : 0} = 1 OR issues.deleted_at IS NULL)
        ORDER BY score DESC, issues.id DESC
        LIMIT ${limit}
      ) AS found
      JOIN issues_fts ON issues_fts.issue_id = found.issue_id
      ORDER BY found.score DESC, found.issue_id DESC`;
  },
};
