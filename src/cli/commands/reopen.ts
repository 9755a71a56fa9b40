import { command } from "../command.ts";
import { checkComment, commentFlag, postComment } from "../comment.ts";
import { mutationLine } from "../mutation.ts";
import { subjectOf } from "../refs.ts";

export const reopen = command({
  name: "reopen",
  summary: "Open a closed issue again",
  examples: ["kata reopen abc4"],
  words: ["ref"],
  flags: commentFlag,
  async run({ ref: text, comment }, context) {
    checkComment(comment);
    const { project, ref } = await subjectOf(context, text);
    const params = { project_id: project.id, ref };
    const data = await (await context.client()).call("issues.reopen", { params, body: { actor: context.actor() } });
    await postComment(context, data.issue, comment);
    return { data, text: mutationLine(data.issue), quiet: data.issue.short_id };
  },
});
