import type { IssueLabel } from "../api/shapes.ts";
import { type Db, one } from "./db.ts";
import { sql } from "./sql.ts";

/** Adds a label; undefined when the issue has it already. */
export async function insertLabel(tx: Db, row: IssueLabel): Promise<IssueLabel | undefined> {
  const added = await tx.run(sql`
    INSERT INTO issue_labels (issue_id, label, author, created_at)
    VALUES (${row.issue_id}, ${row.label}, ${row.author}, ${row.created_at})
    ON CONFLICT (issue_id, label) DO NOTHING`);
  return added === 0 ? undefined : row;
}

/** The labels of some issues, by issue and name. */
export async function labelsOf(db: Db, issueIds: readonly number[]): Promise<IssueLabel[]> {
  return db.all<IssueLabel>(sql`
    SELECT issue_id, label, author, created_at FROM issue_labels
    WHERE ${db.dialect.among("issue_id", issueIds)}
    ORDER BY issue_id, label`);
}

/** An issue's label of this name. */
export async function findLabel(db: Db, issueId: number, label: string): Promise<IssueLabel | undefined> {
  return one<IssueLabel>(
    db,
    sql`
    SELECT issue_id, label, author, created_at FROM issue_labels
    WHERE issue_id = ${issueId} AND label = ${label}`,
  );
}

/** Takes a label off; false when the issue does not have it. */
export async function deleteLabel(tx: Db, issueId: number, label: string): Promise<boolean> {
  return (await tx.run(sql`DELETE FROM issue_labels WHERE issue_id = ${issueId} AND label = ${label}`)) > 0;
}

/** How many live issues of a project have each label, the most used first. */
export async function labelCountsOf(db: Db, projectId: number): Promise<{ label: string; count: number }[]> {
  return db.all(sql`
    SELECT issue_labels.label, count(*) AS count
    FROM issue_labels JOIN issues ON issues.id = issue_labels.issue_id
    WHERE issues.project_id = ${projectId} AND issues.deleted_at IS NULL
    GROUP BY issue_labels.label
    ORDER BY count(*) DESC, issue_labels.label`);
}
