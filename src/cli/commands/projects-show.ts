import { lineSafe } from "../../core/text.ts";
import { command } from "../command.ts";
import { selectProject } from "../selector.ts";

export const projectsShow = command({
  name: "projects show",
  summary: "Show a project and its aliases",
  examples: ["kata projects show tools"],
  words: ["project"],
  flags: {},
  async run({ project: text }, { client, terminal }) {
    const data = await selectProject(await client(), text);
    const { project, aliases } = data;
    const lines = [`#${project.id} ${lineSafe(project.name)}`];
    if (terminal.isTerminal)
      lines.push(...aliases.map(({ alias_kind, alias_identity }) => `  ${alias_kind.padEnd(5)}  ${lineSafe(alias_identity)}`));
    return { data, text: lines.join("\n") };
  },
});
