import { LocalError } from "../../core/error.ts";
import { isBlank, lineSafe } from "../../core/text.ts";
import { command } from "../command.ts";
import { selectProject } from "../selector.ts";

export const projectsRename = command({
  name: "projects rename",
  summary: "Give a project another name",
  examples: ["kata projects rename tools workshop", "kata projects rename workshop tools"],
  words: ["project", "name..."],
  flags: {},
  async run({ project: text, name: words }, { client }) {
    const name = words.join(" ");
    if (isBlank(name))
      throw new LocalError(
        "validation",
        "The new name must not be blank.",
        "Give it in one word or several: kata projects rename PROJECT NAME...",
      );
    const daemon = await client();
    const { project } = await selectProject(daemon, text);
    const data = await daemon.call("projects.rename", { params: { project_id: project.id }, body: { name } });
    return { data, text: `renamed project #${project.id} to ${lineSafe(data.project.name)}` };
  },
});
