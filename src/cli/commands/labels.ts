import { command } from "../command.ts";

export const labels = command({
  name: "labels",
  guesses: ["label list", "label ls", "tags"],
  summary: "Count the issues that have each label, the most used first",
  examples: ["kata labels"],
  words: [],
  flags: {},
  async run(_, context) {
    const project = await context.project();
    const data = await (await context.client()).call("labels.count", { params: { project_id: project.id } });
    return { data, text: data.labels.map(({ label, count }) => `${label.padEnd(32)}  ${count}`).join("\n") };
  },
});
