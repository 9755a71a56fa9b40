import type { Project, ProjectAlias } from "../api/shapes.ts";
import { type Alias, checkAlias } from "../core/alias.ts";
import { KataError } from "../core/error.ts";
import { checkProjectName } from "../core/project.ts";
import { aliasesOf, findAlias, putAlias } from "../store/aliases.ts";
import type { Db } from "../store/db.ts";
import { findProject, findProjectNamed, insertProject, projectAt, projectsOf, projectStats, renameProject } from "../store/projects.ts";
import { type App, type Change, change } from "./app.ts";

type Maybe<T> = T | null | undefined;
type AliasInput = { identity: string; kind: string; root_path?: Maybe<string> };
export type ResolveInput = { name?: Maybe<string>; alias?: Maybe<AliasInput> };
/** Whether what is found may be remembered: some callers only read. */
export type Remembering = { remember: boolean };
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
/** How exactly it is kept when an alias was last seen: to the second would be a synced write for each command. */
const SEEN_MS = 60 * 60 * 1_000;

/** Finds the project of an alias, else of a name; a first alias is remembered, where the caller may change something. */
export async function resolveProject(app: App, input: ResolveInput, { remember }: Remembering = { remember: true }): Promise<Resolved> {
  const alias = input.alias ? checkAlias(input.alias) : undefined;
  const name = input.name?.trim() || undefined;
  if (alias && !remember) return app.db.read((db) => knownOrNamed(db, alias, name));
  if (alias) return (await seenLately(app, alias)) ?? (await change(app, (work) => resolveAlias(work, alias, name))).result;
  if (name !== undefined) return { project: await projectNamed(app.db, name), alias: NO_ALIAS };
  throw new KataError("validation", "name, alias or start_path: one of them is required");
}

/** An alias that is known as it is, and was seen not long ago: nothing is to be written. */
async function seenLately(app: App, alias: Alias): Promise<Resolved | undefined> {
  return app.db.read(async (db) => {
    const known = await findAlias(db, alias.identity);
    if (!known || known.root_path !== alias.root_path || app.now().getTime() - Date.parse(known.last_seen_at) > SEEN_MS) return undefined;
    const project = await findProject(db, known.project_id);
    return project && project.deleted_at === undefined ? { project, alias: known, workspace_root: alias.root_path } : undefined;
  });
}

async function resolveAlias({ tx, now }: Change, alias: Alias, name: string | undefined): Promise<Resolved> {
  const found = await knownOrNamed(tx, alias, name);
  return { ...found, alias: await put(tx, found.project, alias, now) };
}

/** The active project that the alias is bound to, else the one of the name. */
async function knownOrNamed(db: Db, alias: Alias, name: string | undefined): Promise<Resolved> {
  const known = await findAlias(db, alias.identity);
  const project = known ? await findProject(db, known.project_id) : await projectOfName(db, alias, name);
  if (!project || project.deleted_at !== undefined) throw notInitialized(`The project of ${alias.identity} is archived.`);
  return { project, alias: known ?? NO_ALIAS, workspace_root: alias.root_path };
}

async function projectOfName(db: Db, alias: Alias, name: string | undefined): Promise<Project> {
  if (name === undefined) throw notInitialized(`No project is bound to ${alias.identity}.`);
  return projectNamed(db, name);
}

async function projectNamed(db: Db, name: string): Promise<Project> {
  const project = await findProjectNamed(db, name);
  if (project && project.deleted_at === undefined) return project;
  throw new KataError(
    "project_not_initialized",
    project ? `The project ${JSON.stringify(name)} is archived.` : `There is no project ${JSON.stringify(name)}.`,
    {
      hint: "`kata projects list` lists the projects; `kata init` creates or binds one for a workspace.",
    },
  );
}

export function notInitialized(message: string): KataError {
  return new KataError("project_not_initialized", message, { hint: "Run `kata init` in the workspace to create or bind a project." });
}

function put(tx: Db, project: Project, alias: Alias, now: string): Promise<ProjectAlias> {
  const { identity: alias_identity, kind: alias_kind, root_path } = alias;
  return putAlias(tx, { project_id: project.id, alias_identity, alias_kind, root_path, created_at: now });
}

export type InitInput = ResolveInput & { replace?: Maybe<boolean>; reassign?: Maybe<boolean> };
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
      throw new KataError("project_archived", `The project ${JSON.stringify(name)} is archived.`, {
        hint: "Choose another name: kata init --project NAME --replace",
        data,
      });
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
    hint: `To join that project: kata init --project ${JSON.stringify(owner?.name)}. To bind the workspace to this one instead, send reassign=true (kata init --reassign).`,
    data: { alias_identity: alias.identity, existing_project_id: known.project_id },
  });
}

/** The active projects, oldest first; with how many issues they have, where that is asked for. */
export async function listProjects(app: App, { stats }: { stats: boolean }): Promise<Project[]> {
  return app.db.read(async (db) => {
    const projects = await projectsOf(db);
    if (!stats) return projects;
    const byId = new Map((await projectStats(db)).map(({ project_id, ...rest }) => [project_id, rest]));
    return projects.map((project) => ({ ...project, stats: byId.get(project.id) ?? { open: 0, closed: 0, last_event_at: null } }));
  });
}

export type ShownProject = { project: Project; aliases: ProjectAlias[] };

/** A project and how workspaces are known to be its. */
export async function showProject(app: App, projectId: number): Promise<ShownProject> {
  return app.db.read((db) => withAliases(db, projectId));
}

/** Gives a project another name; events keep the one that they were told under. There is no event. */
export async function renameProjectTo(app: App, projectId: number, name: string): Promise<ShownProject> {
  const wanted = checkProjectName(name);
  const { result } = await change(app, async ({ tx }) => {
    await projectAt(tx, projectId);
    await renameProject(tx, projectId, wanted);
    return withAliases(tx, projectId);
  });
  return result;
}

async function withAliases(db: Db, projectId: number): Promise<ShownProject> {
  return { project: await projectAt(db, projectId), aliases: await aliasesOf(db, projectId) };
}
