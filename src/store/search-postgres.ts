import type { SearchDialect } from "./db.ts";
import { sql } from "./sql.ts";

/** Letters without their marks, so that both databases find "zoe" for "zoë". */
const fold = (text: string) => text.normalize("NFD").replaceAll(/\p{Mn}/gu, "");

export const postgresSearch: SearchDialect = {
  index: ({ issue_id, title, body, comments }) => [
    sql`
      INSERT INTO issues_fts (issue_id, title, body, comments)
      VALUES (${issue_id}, to_tsvector('simple', ${fold(title)}), to_tsvector('simple', ${fold(body)}), to_tsvector('simple', ${fold(comments)}))
      ON CONFLICT (issue_id) DO UPDATE SET title = excluded.title, body = excluded.body, comments = excluded.comments`,
  ],
  remove: (issueId) => [sql`DELETE FROM issues_fts WHERE issue_id = ${issueId}`],
  find: ({ words, project_id, limit, include_deleted }) => sql`
    SELECT issues.id AS issue_id, ts_rank(issues_fts.whole, wanted.query) AS score
    FROM (SELECT ${words.map(fold).join(" ")}::text AS text) given
    CROSS JOIN LATERAL (SELECT plainto_tsquery('simple', given.text) AS query) wanted
    JOIN issues_fts ON issues_fts.whole @@ wanted.query
    JOIN issues ON issues.id = issues_fts.issue_id
    WHERE issues.project_id = ${project_id}
      AND (${include_deleted ? 1 : 0} = 1 OR issues.deleted_at IS NULL)
    ORDER BY score DESC, issues.id DESC
    LIMIT ${limit}`,
  columns: (issueIds, words) => {
    const text = JSON.stringify(words.map(fold));
    const column = (name: "title" | "body" | "comments") => sql`
      SELECT issue_id, ${name}::text AS matched_in FROM issues_fts
      WHERE issue_id = ANY(string_to_array(${issueIds.join(",")}, ',')::bigint[])
        AND EXISTS (
          SELECT 1 FROM json_array_elements_text(${text}::text::json) AS word
          WHERE CASE ${name}::text WHEN 'title' THEN title WHEN 'body' THEN body ELSE comments END @@ plainto_tsquery('simple', word)
        )`;
    return sql`${column("title")} UNION ALL ${column("body")} UNION ALL ${column("comments")}`;
  },
};
