import { command } from "../command.ts";
import { checkComment, commentFlag, postComment } from "../comment.ts";
import { subjectOf } from "../refs.ts";

export const labelAdd = command({
  name: "label add",
  guesses: ["label set", "tag"],
  summary: "Put a label on an issue",
  examples: ["kata label add abc4 needs-review"],
  words: ["ref", "label"],
  flags: commentFlag,
  async run({ ref: text, label, comment }, context) {
    checkComment(comment);
    const { project, ref } = await subjectOf(context, text);
    const params = { project_id: project.id, ref };
    const data = await (await context.client()).call("labels.add", { params, body: { actor: context.actor(), label } });
    await postComment(context, data.issue, comment);
    const { issue, changed } = data;
    return {
      data,
      text: changed ? `${issue.short_id} labeled "${label}"` : `${issue.short_id} already labeled "${label}" (no-op)`,
      quiet: "",
    };
  },
});
