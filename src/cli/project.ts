import type { Client } from "../client/client.ts";
import { aliasOf, boundName, findWorkspace, rebind } from "../config/workspace.ts";
import { KataError } from "../core/error.ts";
import { isBlank } from "../core/text.ts";
import type { Bound } from "./command.ts";
import { findProject } from "./find-project.ts";

/** The project of `--project`, or of the workspace around `folder` (cli.md §4.3). */
export async function resolveBound(client: () => Promise<Client>, folder: string, name: string | undefined): Promise<Bound> {
  if (name !== undefined && isBlank(name))
    throw new KataError("validation", "--project must not be blank.", { hint: "`kata projects list` lists the projects." });
  if (name !== undefined) return findProject(await client(), { name });
  const workspace = findWorkspace(folder);
  const bound = boundName(workspace);
  const alias = aliasOf(workspace);
  if (!alias) {
    throw new KataError("project_not_initialized", `${workspace.start} belongs to no project.`, {
      hint: "Run `kata init` there, or name a project with --project.",
    });
  }
  const project = await findProject(await client(), { ...(bound !== undefined && { name: bound }), alias });
  if (bound !== undefined && project.name !== bound) rebind(workspace, project.name);
  return project;
}
