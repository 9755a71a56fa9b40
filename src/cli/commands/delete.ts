import { command } from "../command.ts";
import { confirmed, confirmFlags } from "../confirm.ts";

export const deleteCommand = command({
  name: "delete",
  summary: "Hide an issue; kata restore brings it back",
  examples: ['kata delete kmn9 --force --confirm "DELETE tools#kmn9"'],
  words: ["ref"],
  flags: confirmFlags,
  async run({ ref, ...given }, context) {
    const { subject, words, name } = await confirmed(context, "DELETE", ref, given);
    const data = await (
      await context.client()
    ).call("issues.delete", {
      params: { project_id: subject.project.id, ref: subject.ref },
      headers: { "x-kata-confirm": words },
      body: { actor: context.actor() },
    });
    return { data, text: `${name} deleted (undo: kata restore ${name})`, quiet: "" };
  },
});
