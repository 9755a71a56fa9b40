import { lineSafe } from "../../core/text.ts";
import { command } from "../command.ts";
import { selectProject } from "../selector.ts";

export const projectsRemove = command({
  name: "projects remove",
  guesses: ["projects archive"],
  summary: "Archive a project: its issues are kept, and hidden",
  examples: ["kata projects remove spare"],
  words: ["project"],
  flags: { force: { kind: "switch", help: "although it has open issues" } },
  async run({ project: text, force }, { client, actor }) {
    const daemon = await client();
    const { project } = await selectProject(daemon, text);
    const data = await daemon.call("projects.archive", { params: { project_id: project.id }, query: { actor: actor(), force } });
    return {
      data,
      text: `archived project #${project.id} (${lineSafe(project.name)}): its issues and events are kept, its aliases are gone`,
    };
  },
});
