import type { Issue } from "../api/shapes.ts";
import { KataError, LocalError } from "../core/error.ts";
import { isBlank } from "../core/text.ts";
import type { Flags } from "./args.ts";
import type { Context } from "./command.ts";

/** The flag of changes that may be explained in a comment (cli.md §2.2). */
export const commentFlag = { comment: { kind: "text", help: "also say this in a comment" } } as const satisfies Flags;

/** Refuses a blank comment: call it before anything is sent. */
export function checkComment(comment: string | undefined): void {
  if (comment !== undefined && isBlank(comment))
    throw new LocalError("validation", "--comment must not be blank.", "Leave it out for no comment.");
}

/** Posts the comment on a change that was made, if there is one. Its refusal says that the change stands. */
export async function postComment(context: Context, issue: Issue, comment: string | undefined): Promise<void> {
  if (comment === undefined) return;
  const params = { project_id: issue.project_id, ref: issue.short_id };
  try {
    await (await context.client()).call("comments.add", { params, body: { actor: context.actor(), body: comment } });
  } catch (error) {
    throw afterwards(issue, error);
  }
}

function afterwards({ uid, short_id }: Issue, thrown: unknown): KataError | LocalError {
  const error = thrown instanceof LocalError ? thrown : KataError.from(thrown);
  const message = `The change of ${short_id} was made, but its comment was not posted: ${error.message}`;
  const hint = `Don't repeat the change. Post the comment with: kata comment ${uid} --body TEXT`;
  if (error instanceof LocalError) return new LocalError(error.kind, message, hint);
  return new KataError(error.code, message, { hint, data: error.data, status: error.status, cause: error.cause });
}
