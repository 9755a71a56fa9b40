import type { Comment } from "../api/shapes.ts";
import type { Db } from "./db.ts";
import { type Sql, sql } from "./sql.ts";

/** Inserts a comment. */
export async function insertComment(tx: Db, row: Omit<Comment, "id">): Promise<Comment> {
  const id = await tx.insert(sql`
    INSERT INTO comments (uid, issue_id, author, body, created_at)
    VALUES (${row.uid}, ${row.issue_id}, ${row.author}, ${row.body}, ${row.created_at})`);
  return { id: id as number, ...row };
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

/** The comments of some issues, by issue, oldest first. */
export async function commentsOfAll(db: Db, issueIds: readonly number[]): Promise<Comment[]> {
  return db.all<Comment>(sql`
    SELECT id, uid, issue_id, author, body, created_at FROM comments WHERE ${db.dialect.among("issue_id", issueIds)} ORDER BY issue_id, id`);
}
