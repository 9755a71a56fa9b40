import type { Mutation } from "../api/shapes.ts";
import { KataError } from "../core/error.ts";
import { isBlank } from "../core/text.ts";
import { updateIssue } from "../store/issues.ts";
import type { App } from "./app.ts";
import { changeIssue, type Target } from "./change-issue.ts";

/** Gives an issue an owner; the same again changes nothing. */
export async function assignIssue(app: App, input: Target & { owner: string }): Promise<Mutation> {
  const { owner } = input;
  if (isBlank(owner))
    throw new KataError("validation", "owner: must not be blank", { hint: "To take the owner away, unassign the issue." });
  return changeIssue(app, input, async ({ tx, now, issue, tell }) => {
    if (issue.owner === owner) return;
    await updateIssue(tx, issue.id, { owner }, now);
    await tell({ type: "issue.assigned", payload: { owner }, changes: { owner: { from: issue.owner ?? null, to: owner } } });
  });
}

/** Takes an issue from its owner; nothing changes where there is none. */
export async function unassignIssue(app: App, input: Target): Promise<Mutation> {
  return changeIssue(app, input, async ({ tx, now, issue, tell }) => {
    if (issue.owner === undefined) return;
    await updateIssue(tx, issue.id, { owner: null }, now);
    await tell({ type: "issue.unassigned", payload: {}, changes: { owner: { from: issue.owner, to: null } } });
  });
}
