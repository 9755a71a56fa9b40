import { aliasOf, bind, boundName, findWorkspace, localAlias, suggestedName, type Workspace } from "../../config/workspace.ts";
import { KataError } from "../../core/error.ts";
import { lineSafe } from "../../core/text.ts";
import { command } from "../command.ts";

export const init = command({
  name: "init",
  guesses: ["projects add", "projects create", "projects new"],
  summary: "Bind this workspace to a project, which is created if it is new",
  examples: ["kata init", "kata init --project tools"],
  words: [],
  flags: {
    replace: { kind: "switch", help: "bind to another project than .kata.toml names" },
    reassign: { kind: "switch", help: "take the workspace's alias away from the project that has it" },
  },
  async run({ replace, reassign }, { client, folder, global }) {
    const workspace = findWorkspace(folder);
    const name = chooseName(workspace, global.project?.trim() || undefined, replace);
    const alias = aliasOf(workspace) ?? localAlias(workspace.start);
    const data = await (await client()).call("projects.init", { body: { name, alias, replace, reassign } });
    bind(workspace, data.project.name);
    const shown = lineSafe(data.project.name);
    return { data, text: data.created ? `created and bound project ${shown}` : `bound project ${shown}` };
  },
});

/** The name in `.kata.toml`, else the wanted one, else one that suggests itself; two that differ are a conflict unless replaced. */
function chooseName(workspace: Workspace, wanted: string | undefined, replace: boolean): string {
  const bound = boundName(workspace);
  if (bound !== undefined && wanted !== undefined && bound !== wanted && !replace) {
    throw new KataError(
      "project_binding_conflict",
      `${workspace.root}/.kata.toml names the project ${JSON.stringify(bound)}, not ${JSON.stringify(wanted)}.`,
      {
        hint: "Add --replace to bind the workspace to the other project.",
      },
    );
  }
  const name = wanted ?? bound ?? suggestedName(workspace);
  if (name !== undefined) return name;
  throw new KataError("validation", `${workspace.start} is no git repository, so there is no name to take.`, {
    hint: "Name the project: kata init --project NAME",
  });
}
