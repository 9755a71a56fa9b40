import { lineSafe } from "../../core/text.ts";
import { command } from "../command.ts";
import { checkComment, commentFlag, postComment } from "../comment.ts";
import { subjectOf } from "../refs.ts";

export const assign = command({
  name: "assign",
  summary: "Give an issue an owner",
  examples: ["kata assign abc4 ada"],
  words: ["ref", "owner"],
  flags: commentFlag,
  async run({ ref: text, owner, comment }, context) {
    checkComment(comment);
    const { project, ref } = await subjectOf(context, text);
    const params = { project_id: project.id, ref };
    const data = await (await context.client()).call("issues.assign", { params, body: { actor: context.actor(), owner } });
    await postComment(context, data.issue, comment);
    const { issue, changed } = data;
    const done = `assigned to ${lineSafe(owner)}`;
    return { data, text: changed ? `${issue.short_id} ${done}` : `${issue.short_id} already ${done} (no-op)`, quiet: "" };
  },
});
