import type { IssueLabel, Mutation } from "../api/shapes.ts";
import { checkLabel } from "../core/label.ts";
import type { Db } from "../store/db.ts";
import { updateIssue } from "../store/issues.ts";
import { deleteLabel, findLabel, insertLabel, labelCountsOf, labelsOf } from "../store/labels.ts";
import { projectAt } from "../store/projects.ts";
import type { App } from "./app.ts";
import { type Changed, changeIssue, type Target } from "./change-issue.ts";

/** Puts a label on an issue; nothing changes where it is there already. */
export async function labelIssue(app: App, input: Target & { label: string }): Promise<Changed & { label: IssueLabel }> {
  return changeIssue(app, input, async ({ tx, now, issue, actor: author, tell }) => {
    const label = checkLabel(input.label);
    const present = await findLabel(tx, issue.id, label);
    if (present) return { label: present };
    const from = await namesOf(tx, issue.id);
    const row = { issue_id: issue.id, label, author, created_at: now };
    await insertLabel(tx, row);
    await updateIssue(tx, issue.id, {}, now);
    await tell({ type: "issue.labeled", payload: { label }, changes: { labels: { from, to: await namesOf(tx, issue.id) } } });
    return { label: row };
  });
}

/** Takes a label off an issue; nothing changes where it is not there. */
export async function unlabelIssue(app: App, input: Target & { label: string }): Promise<Mutation> {
  const { label } = input;
  return changeIssue(app, input, async ({ tx, now, issue, tell }) => {
    const from = await namesOf(tx, issue.id);
    if (!(await deleteLabel(tx, issue.id, label))) return;
    await updateIssue(tx, issue.id, {}, now);
    await tell({ type: "issue.unlabeled", payload: { label }, changes: { labels: { from, to: from.filter((each) => each !== label) } } });
  });
}

/** How many live issues of a project have each label, the most used first. */
export async function countLabels(app: App, { project_id }: { project_id: number }): Promise<{ label: string; count: number }[]> {
  return app.db.read(async (db) => {
    const project = await projectAt(db, project_id);
    return labelCountsOf(db, project.id);
  });
}

async function namesOf(db: Db, issueId: number): Promise<string[]> {
  return (await labelsOf(db, [issueId])).map(({ label }) => label);
}
