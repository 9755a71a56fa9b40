import { lineSafe } from "../../core/text.ts";
import { command } from "../command.ts";

export const projectsList = command({
  name: "projects list",
  guesses: ["projects ls"],
  summary: "List the projects",
  examples: ["kata projects list"],
  words: [],
  flags: {},
  async run(_, { client }) {
    const data = await (await client()).call("projects.list", {});
    return { data, text: data.projects.map(({ id, name }) => `${id}  ${lineSafe(name)}`).join("\n") };
  },
});
