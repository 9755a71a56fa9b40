import { command } from "../command.ts";
import { plainPage, terminalPage } from "../issue-page.ts";
import { subjectOf } from "../refs.ts";

export const show = command({
  name: "show",
  guesses: ["cat", "get", "info", "view"],
  summary: "Show an issue with its comments, labels and links",
  examples: ["kata show abc4", "kata show tools#abc4"],
  words: ["ref"],
  flags: {},
  async run({ ref: text }, context) {
    const { project, ref } = await subjectOf(context, text);
    const data = await (await context.client()).call("issues.show", { params: { project_id: project.id, ref } });
    return { data, text: context.terminal.isTerminal ? terminalPage(data, context.terminal, Date.now()) : plainPage(data) };
  },
});
