import { command } from "../command.ts";
import { checkComment, commentFlag, postComment } from "../comment.ts";
import { subjectOf } from "../refs.ts";

export const unassign = command({
  name: "unassign",
  summary: "Take an issue from its owner",
  examples: ["kata unassign abc4"],
  words: ["ref"],
  flags: commentFlag,
  async run({ ref: text, comment }, context) {
    checkComment(comment);
    const { project, ref } = await subjectOf(context, text);
    const params = { project_id: project.id, ref };
    const data = await (await context.client()).call("issues.unassign", { params, body: { actor: context.actor() } });
    await postComment(context, data.issue, comment);
    const { issue, changed } = data;
    return { data, text: changed ? `${issue.short_id} unassigned` : `${issue.short_id} already unassigned (no-op)`, quiet: "" };
  },
});
