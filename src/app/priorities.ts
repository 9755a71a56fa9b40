import type { Mutation } from "../api/shapes.ts";
import { checkPriority } from "../core/priority.ts";
import { updateIssue } from "../store/issues.ts";
import type { App } from "./app.ts";
import { changeIssue, type IssueChange, type Target } from "./change-issue.ts";

/** Sets an issue's priority, or clears it with null; the same again changes nothing. */
export async function prioritizeIssue(app: App, input: Target & { priority?: number | null | undefined }): Promise<Mutation> {
  const priority = input.priority ?? undefined;
  if (priority !== undefined) checkPriority("priority", priority);
  return changeIssue(app, input, (change) => setPriority(change, priority));
}

/** Sets or clears the priority within a change, where that is another one. */
export async function setPriority({ tx, now, issue, tell }: IssueChange, priority: number | undefined): Promise<void> {
  const old_priority = issue.priority;
  if (priority === old_priority) return;
  await updateIssue(tx, issue.id, { priority: priority ?? null }, now);
  const changes = { priority: { from: old_priority ?? null, to: priority ?? null } };
  if (priority !== undefined) {
    const payload = { priority, ...(old_priority !== undefined && { old_priority }) };
    return tell({ type: "issue.priority_set", payload, changes });
  }
  if (old_priority !== undefined) await tell({ type: "issue.priority_cleared", payload: { old_priority }, changes });
}
