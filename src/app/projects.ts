import type { Project, ProjectAlias } from "../api/shapes.ts";
import { type Alias, checkAlias } from "../core/alias.ts";
import { KataError } from "../core/error.ts";
import { checkProjectName } from "../core/project.ts";
import { aliasesOf, findAlias, putAlias } from "../store/aliases.ts";
import type { Db } from "../store/db.ts";
import { findProject, findProjectNamed, insertProject, projectAt, projectsOf } from "../store/projects.ts";
import { type App, type Change, change } from "./app.ts";

type AliasInput = { identity: string; kind: string; root_path?: string | null | undefined };
export type ResolveInput = {
  name?: string | null | undefined;
  alias?: AliasInput | null | undefined;
  start_path?: string | null | undefined;
};
export type Resolved = { project: Project; alias: ProjectAlias; workspace_root?: string };

/** What stands for an alias where there is none (http-api.md §6.1). */
const NO_ALIAS: ProjectAlias = {
  id: 0,
  project_id: 0,
  alias_identity: "",
  alias_kind: "",
  root_path: "",
  created_at: "0001-01-01T00:00:00Z",
  last_seen_at: "0001-01-01T00:00:00Z",
};

/** Finds the project of an alias, else of a name; a first alias of a named project is remembered. */
export async function resolveProject(app: App, input: ResolveInput): Promise<Resolved> {
  const alias = input.alias ? checkAlias(input.alias) : undefined;
  const name = input.name ? input.name.trim() : undefined;
  if (alias) return (await change(app, (work) => resolveAlias(work, alias, name))).result;
  if (name) return { project: await projectNamed(app.db, name), alias: NO_ALIAS };
  throw new KataError("validation", "name, alias or start_path: one of them is required");
}

async function resolveAlias({ tx, now }: Change, alias: Alias, name: string | undefined): Promise<Resolved> {
  const known = await findAlias(tx, alias.identity);
  if (known) {
    const project = await findProject(tx, known.project_id);
    if (!project || project.deleted_at !== undefined) throw notInitialized(`The project of ${alias.identity} is archived.`);
    return { project, alias: await put(tx, project, alias, now), workspace_root: alias.root_path };
  }
  if (!name) throw notInitialized(`No project is bound to ${alias.identity}.`);
  const project = await projectNamed(tx, name);
  return { project, alias: await put(tx, project, alias, now), workspace_root: alias.root_path };
}

async function projectNamed(db: Db, name: string): Promise<Project> {
  const project = await findProjectNamed(db, name);
  if (project && project.deleted_at === undefined) return project;
  throw notInitialized(project ? `The project ${JSON.stringify(name)} is archived.` : `There is no project ${JSON.stringify(name)}.`);
}

function notInitialized(message: string): KataError {
  return new KataError("project_not_initialized", message, { hint: "Run `kata init` in the workspace to create or bind a project." });
}

function put(tx: Db, project: Project, alias: Alias, now: string): Promise<ProjectAlias> {
  const { identity: alias_identity, kind: alias_kind, root_path } = alias;
  return putAlias(tx, { project_id: project.id, alias_identity, alias_kind, root_path, created_at: now });
}

export type InitInput = ResolveInput & { replace?: boolean | null | undefined; reassign?: boolean | null | undefined };
export type Initialized = Resolved & { created: boolean };

/** Creates a project unless there is one of the name, and binds the alias to it. */
export async function initProject(app: App, input: InitInput): Promise<Initialized> {
  const name = checkProjectName(input.name ?? "");
  const alias = input.alias ? checkAlias(input.alias) : undefined;
  if (input.reassign && !alias) throw new KataError("validation", "reassign: needs an alias to take along");
  const { result } = await change(app, async ({ tx, now }): Promise<Initialized> => {
    const there = await findProjectNamed(tx, name);
    if (there?.deleted_at !== undefined) {
      const data = { name, deleted_at: there.deleted_at };
      throw new KataError("project_archived", `The project ${JSON.stringify(name)} is archived.`, { hint: "Choose another name.", data });
    }
    if (alias) await checkUnbound(tx, alias, there, input.reassign === true);
    const project = there ?? (await insertProject(tx, { uid: app.ulid(), name, created_at: now }));
    return { project, alias: alias ? await put(tx, project, alias, now) : NO_ALIAS, created: !there };
  });
  return result;
}

async function checkUnbound(tx: Db, alias: Alias, project: Project | undefined, reassign: boolean): Promise<void> {
  const known = await findAlias(tx, alias.identity);
  if (!known || known.project_id === project?.id || reassign) return;
  const owner = await findProject(tx, known.project_id);
  throw new KataError("project_alias_conflict", `${alias.identity} is bound to the project ${JSON.stringify(owner?.name)}.`, {
    hint: "Send reassign=true (kata init --reassign) to bind it to this one.",
    data: { alias_identity: alias.identity, existing_project_id: known.project_id },
  });
}

/** The active projects, oldest first. */
export async function listProjects(app: App): Promise<Project[]> {
  return projectsOf(app.db);
}

/** A project and how workspaces are known to be its. */
export async function showProject(app: App, projectId: number): Promise<{ project: Project; aliases: ProjectAlias[] }> {
  return app.db.read(async (db) => {
    const project = await projectAt(db, projectId);
    return { project, aliases: await aliasesOf(db, projectId) };
  });
}
