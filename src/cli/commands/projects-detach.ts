import { lineSafe } from "../../core/text.ts";
import { command } from "../command.ts";
import { selectAlias } from "../selector.ts";

export const projectsDetach = command({
  name: "projects detach",
  summary: "Forget an alias of a project",
  words: ["alias"],
  flags: { force: { kind: "switch", help: "although it is the last one" } },
  async run({ alias: identity, force }, { client, actor }) {
    const daemon = await client();
    const { project, alias } = await selectAlias(daemon, identity);
    const params = { project_id: project.id, alias_id: alias.id };
    const data = await daemon.call("projects.detach", { params, query: { actor: actor(), force } });
    return { data, text: `detached ${lineSafe(identity)} from project #${project.id} (${lineSafe(project.name)})` };
  },
});
