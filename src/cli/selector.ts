import type { Project, ProjectAlias } from "../api/shapes.ts";
import type { Client } from "../client/client.ts";
import { LocalError } from "../core/error.ts";

type Known = { project: Project; aliases: ProjectAlias[] };

/** The project that an id, a name, an alias, or the end of either after `/` or `:` names (cli.md §2). */
export async function selectProject(client: Client, text: string): Promise<Known> {
  if (text.trim() === "")
    throw new LocalError("validation", "The project must not be blank.", "Give its id, its name, or the end of an alias.");
  const known = await allProjects(client);
  const found = known.filter(
    ({ project, aliases }) => String(project.id) === text || namesOf(project, aliases).some((name) => ends(name, text)),
  );
  const byId = found.filter(({ project }) => String(project.id) === text);
  const [only, ...more] = byId.length > 0 ? byId : found;
  if (!only) throw new LocalError("not_found", `There is no project ${JSON.stringify(text)}.`, "`kata projects list` lists the projects.");
  if (more.length === 0) return only;
  const candidates = [only, ...more].map(({ project }) => `#${project.id} ${project.name}`);
  throw new LocalError("validation", `${JSON.stringify(text)} may mean ${candidates.join(" or ")}.`, "Give the id.");
}

/** The alias of this exact identity, and its project. */
export async function selectAlias(client: Client, identity: string): Promise<{ project: Project; alias: ProjectAlias }> {
  for (const { project, aliases } of await allProjects(client)) {
    const alias = aliases.find(({ alias_identity }) => alias_identity === identity);
    if (alias) return { project, alias };
  }
  throw new LocalError(
    "not_found",
    `No project has the alias ${JSON.stringify(identity)}.`,
    "`kata projects show PROJECT --json` lists a project's aliases.",
  );
}

const namesOf = (project: Project, aliases: readonly ProjectAlias[]) => [
  project.name,
  ...aliases.map(({ alias_identity }) => alias_identity),
];
const ends = (name: string, text: string) => name === text || name.endsWith(`/${text}`) || name.endsWith(`:${text}`);

async function allProjects(client: Client): Promise<Known[]> {
  const { projects } = await client.call("projects.list", {});
  return Promise.all(projects.map(({ id }) => client.call("projects.show", { params: { project_id: id } })));
}
