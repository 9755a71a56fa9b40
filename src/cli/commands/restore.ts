import { command } from "../command.ts";
import { subjectOf } from "../refs.ts";

export const restore = command({
  name: "restore",
  guesses: ["undelete"],
  summary: "Bring a deleted issue back",
  examples: ["kata restore kmn9"],
  words: ["ref"],
  flags: {},
  async run({ ref: text }, context) {
    const { project, ref } = await subjectOf(context, text);
    const data = await (
      await context.client()
    ).call("issues.restore", { params: { project_id: project.id, ref }, body: { actor: context.actor() } });
    return { data, text: `${text.slice(text.lastIndexOf("#") + 1)} restored`, quiet: data.issue.short_id };
  },
});
