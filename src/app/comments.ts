import type { Comment } from "../api/shapes.ts";
import { KataError } from "../core/error.ts";
import { isBlank } from "../core/text.ts";
import { insertComment } from "../store/comments.ts";
import { updateIssue } from "../store/issues.ts";
import { reindexIssue } from "../store/search.ts";
import type { App } from "./app.ts";
import { type Changed, changeIssue, type Target } from "./change-issue.ts";

/** Adds a comment to an issue. */
export async function commentOnIssue(app: App, input: Target & { body: string }): Promise<Changed & { comment: Comment }> {
  const { actor: author, body } = input;
  return changeIssue(app, input, async ({ tx, now, issue, tell }) => {
    if (isBlank(body)) throw new KataError("validation", "body: must not be blank", { hint: "Send what the comment says." });
    const uid = app.ulid();
    const comment = await insertComment(tx, { uid, issue_id: issue.id, author, body, created_at: now });
    await updateIssue(tx, issue.id, {}, now);
    await reindexIssue(tx, issue);
    const changes = { comment: { from: null, to: { uid, author, body, created_at: now } } };
    await tell({ type: "issue.commented", payload: { comment_id: comment.id }, changes });
    return { comment };
  });
}
