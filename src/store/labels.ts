import type { IssueLabel } from "../api/shapes.ts";
import { type Db, one } from "./db.ts";
import { sql } from "./sql.ts";

/** Adds a label; undefined when the issue has it already. */
export async function insertLabel(tx: Db, row: IssueLabel): Promise<IssueLabel | undefined> {
  return one<IssueLabel>(
    tx,
    sql`
    INSERT INTO issue_labels (issue_id, label, author, created_at)
    VALUES (${row.issue_id}, ${row.label}, ${row.author}, ${row.created_at})
    ON CONFLICT (issue_id, label) DO NOTHING
    RETURNING issue_id, label, author, created_at`,
  );
}

/** The labels of some issues, by issue and name. */
export async function labelsOf(db: Db, issueIds: readonly number[]): Promise<IssueLabel[]> {
  return db.all<IssueLabel>(sql`
    SELECT issue_id, label, author, created_at FROM issue_labels
    WHERE ${db.dialect.among("issue_id", issueIds)}
    ORDER BY issue_id, label`);
}
