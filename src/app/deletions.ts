import type { Mutation } from "../api/shapes.ts";
import { checkConfirmation } from "../core/confirmation.ts";
import { updateIssue } from "../store/issues.ts";
import type { App } from "./app.ts";
import { changeIssue, type Target } from "./change-issue.ts";

/** Hides an issue until it is restored; `confirmation` is the words that say so. Again, it changes nothing. */
export async function deleteIssue(app: App, input: Target & { confirmation: string | undefined }): Promise<Mutation> {
  const work: Parameters<typeof changeIssue>[2] = async ({ tx, now, project, issue, tell }) => {
    checkConfirmation("DELETE", project, issue, input.confirmation);
    if (issue.deleted_at !== undefined) return;
    await updateIssue(tx, issue.id, { deleted_at: now }, now);
    await tell({ type: "issue.soft_deleted", payload: {}, changes: { deleted_at: { from: null, to: now } } });
  };
  return changeIssue(app, input, work, { deleted: true });
}

/** Brings a deleted issue back; one that is not deleted stays as it is. */
export async function restoreIssue(app: App, input: Target): Promise<Mutation> {
  const work: Parameters<typeof changeIssue>[2] = async ({ tx, now, issue, tell }) => {
    if (issue.deleted_at === undefined) return;
    await updateIssue(tx, issue.id, { deleted_at: null }, now);
    await tell({ type: "issue.restored", payload: {}, changes: { deleted_at: { from: issue.deleted_at, to: null } } });
  };
  return changeIssue(app, input, work, { deleted: true });
}
