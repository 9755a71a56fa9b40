import type { Comment } from "../api/shapes.ts";
import { type Db, one } from "./db.ts";
import { type Sql, sql } from "./sql.ts";

/** Inserts a comment. */
export async function insertComment(tx: Db, row: Omit<Comment, "id">): Promise<Comment> {
  const inserted = await one<{ id: number }>(
    tx,
    sql`
    INSERT INTO comments (uid, issue_id, author, body, created_at)
    VALUES (${row.uid}, ${row.issue_id}, ${row.author}, ${row.body}, ${row.created_at})
    RETURNING id`,
  );
  return { id: (inserted as { id: number }).id, ...row };
}

async function select(db: Db, condition: Sql): Promise<Comment[]> {
  return db.all<Comment>(sql`SELECT id, uid, issue_id, author, body, created_at FROM comments WHERE ${condition} ORDER BY id`);
}

/** An issue's comments, oldest first. */
export async function commentsOf(db: Db, issueId: number): Promise<Comment[]> {
  return select(db, sql`issue_id = ${issueId}`);
}

/** A comment by row id. */
export async function findComment(db: Db, id: number): Promise<Comment | undefined> {
  return (await select(db, sql`id = ${id}`))[0];
}
