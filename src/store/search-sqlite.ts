import type { SearchDialect } from "./db.ts";
import { sql } from "./sql.ts";

/** In double quotes everything is a word, and nothing an operator (sqlite.org/fts5.html §3.1). */
const quoted = (word: string) => `"${word.replaceAll('"', '""').replaceAll("\u0000", " ")}"`;

export const sqliteSearch: SearchDialect = {
  index: ({ issue_id, title, body, comments }) => [
    sql`INSERT OR REPLACE INTO issues_fts (rowid, title, body, comments) VALUES (${issue_id}, ${title}, ${body}, ${comments})`,
  ],
  remove: (issueId) => [sql`DELETE FROM issues_fts WHERE rowid = ${issueId}`],
  // A column counts for nothing where no word stands in it: weighed alone, bm25() says which do, without another search.
  find: ({ words, project_id, limit, include_deleted }) => sql`
    SELECT issues.id AS issue_id, -bm25(issues_fts) AS score,
      bm25(issues_fts, 1, 0, 0) <> 0 AS in_title, bm25(issues_fts, 0, 1, 0) <> 0 AS in_body, bm25(issues_fts, 0, 0, 1) <> 0 AS in_comments
    FROM issues_fts JOIN issues ON issues.id = issues_fts.rowid
    WHERE issues_fts MATCH ${words.map(quoted).join(" ")}
      AND issues.project_id = ${project_id}
      AND (${include_deleted ? 1 : 0} = 1 OR issues.deleted_at IS NULL)
    ORDER BY score DESC, issues.id DESC
    LIMIT ${limit}`,
};
