import type { Client } from "../client/client.ts";
import { aliasOf, boundName, findWorkspace, rebind } from "../config/workspace.ts";
import { KataError } from "../core/error.ts";
import { isBlank } from "../core/text.ts";
import type { Bound } from "./command.ts";

/** The project of `--project`, or of the workspace around `folder` (cli.md §4.3). */
export async function resolveBound(client: () => Promise<Client>, folder: string, name: string | undefined): Promise<Bound> {
  if (name !== undefined && isBlank(name))
    throw new KataError("validation", "--project must not be blank.", { hint: "`kata projects list` lists the projects." });
  if (name !== undefined) return askFor(await client(), { name });
  const workspace = findWorkspace(folder);
  const bound = boundName(workspace);
  const alias = aliasOf(workspace);
  if (!alias) {
    throw new KataError("project_not_initialized", `${workspace.start} belongs to no project.`, {
      hint: "Run `kata init` there, or name a project with --project.",
    });
  }
  const body = { ...(bound !== undefined && { name: bound }), alias };
  const project = await askFor(await client(), body);
  if (bound !== undefined && project.name !== bound) rebind(workspace, project.name);
  return project;
}

type Question = { name?: string; alias?: ReturnType<typeof aliasOf> };

/** Asks for a project. A daemon that strangers may only read takes nothing but GET from them: there its name is looked up in the list. */
export async function askFor(client: Client, body: Question): Promise<Bound> {
  try {
    return (await client.call("projects.resolve", { body })).project;
  } catch (error) {
    if (body.name === undefined || !(error instanceof KataError && error.code === "auth_required")) throw error;
    const { projects } = await client.call("projects.list", {});
    const found = projects.find(({ name }) => name === body.name);
    if (found) return found;
    throw new KataError("project_not_initialized", `The daemon has no project ${body.name}.`, {
      hint: "`kata projects list` lists the projects.",
    });
  }
}
