import { LocalError } from "../../core/error.ts";
import { lineSafe } from "../../core/text.ts";
import { command } from "../command.ts";
import { checkComment, commentFlag, postComment } from "../comment.ts";
import { subjectOf } from "../refs.ts";

export const labelRm = command({
  name: "label rm",
  guesses: ["label del", "label delete", "label remove", "unlabel", "untag"],
  summary: "Take a label off an issue",
  examples: ["kata label rm abc4 needs-review"],
  words: ["ref", "label"],
  flags: commentFlag,
  async run({ ref: text, label, comment }, context) {
    checkComment(comment);
    if (label === "") throw new LocalError("validation", "The label must not be empty.", `\`kata show ${text}\` lists the issue's labels.`);
    const { project, ref } = await subjectOf(context, text);
    const params = { project_id: project.id, ref, label };
    const data = await (await context.client()).call("labels.remove", { params, query: { actor: context.actor() } });
    await postComment(context, data.issue, comment);
    const { issue, changed } = data;
    const shown = `"${lineSafe(label)}"`;
    return {
      data,
      text: changed ? `${issue.short_id} unlabeled ${shown}` : `${issue.short_id} label ${shown} already removed (no-op)`,
      quiet: "",
    };
  },
});
