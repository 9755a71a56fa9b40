import type { Client } from "../client/client.ts";
import { KataError } from "../core/error.ts";
import type { Bound } from "./command.ts";

type Sought = { name?: string; alias?: { identity: string; kind: string; root_path: string } };

/** The project of an alias, else of a name. */
export async function findProject(client: Client, sought: Sought): Promise<Bound> {
  try {
    return (await client.call("projects.resolve", { body: sought })).project;
  } catch (error) {
    if (!(error instanceof KataError && error.code === "auth_required")) throw error;
    return lookUp(client, sought, error);
  }
}

/** A daemon that only lets itself be read takes no POST, though this one would change nothing: then what can be read is looked through. */
async function lookUp(client: Client, { name, alias }: Sought, refused: KataError): Promise<Bound> {
  const { projects } = await client.call("projects.list", {}).catch(() => {
    throw refused;
  });
  for (const { id } of alias ? projects : []) {
    const { project, aliases } = await client.call("projects.show", { params: { project_id: id } });
    if (aliases.some(({ alias_identity }) => alias_identity === alias?.identity)) return project;
  }
  const named = projects.find((project) => project.name === name);
  if (named) return named;
  const what = name === undefined ? `No project is bound to ${alias?.identity}.` : `There is no project ${JSON.stringify(name)}.`;
  throw new KataError("project_not_initialized", what, { hint: "`kata projects list` lists the projects." });
}
