import { aliasOf, bind, boundName, findWorkspace, localAlias, suggestedName, type Workspace } from "../config/workspace.ts";
import type { Alias } from "../core/alias.ts";
import { KataError, LocalError } from "../core/error.ts";
import { isSystemError, reasonOf } from "../core/system-error.ts";
import { findAlias } from "../store/aliases.ts";
import { findProject } from "../store/projects.ts";
import type { App } from "./app.ts";
import {
  type Initialized,
  initProject,
  type InitInput,
  notInitialized,
  type Remembering,
  type Resolved,
  resolveProject,
} from "./projects.ts";

/** Finds the project of a folder on the daemon's own disk: by what `.kata.toml` or the repository above it says (http-api.md §6.1). */
export async function resolveFolder(app: App, startPath: string, remembering: Remembering): Promise<Resolved> {
  const { workspace, alias, bound } = lookAround(startPath);
  const root = workspace.root ?? workspace.git_root;
  if (!alias || root === undefined) throw notInitialized(`Neither .kata.toml nor a repository is at or above ${startPath}.`);
  const resolved = await resolveProject(app, { name: bound ?? null, alias }, remembering);
  if (remembering.remember && bound !== undefined && bound !== resolved.project.name)
    onDisk(startPath, () => bind(workspace, resolved.project.name));
  return { ...resolved, workspace_root: root };
}

/** Creates or finds the project of a folder on the daemon's own disk, and binds the folder to it (http-api.md §6.2). */
export async function initFolder(app: App, input: InitInput, startPath: string): Promise<Initialized> {
  const { workspace, bound, alias: found } = lookAround(startPath);
  const alias = found ?? localAlias(workspace.start);
  const name = await chooseName(app, { workspace, bound, alias }, input);
  const made = await initProject(app, { name, alias, reassign: input.reassign ?? null });
  onDisk(startPath, () => bind(workspace, made.project.name));
  return { ...made, workspace_root: workspace.root ?? workspace.git_root ?? workspace.start };
}

type Around = { workspace: Workspace; bound: string | undefined; alias: Alias };

/** A name that was sent, else the one of the project that has the alias, else that of `.kata.toml`, else one that suggests itself. */
async function chooseName(app: App, { workspace, bound, alias }: Around, input: InitInput): Promise<string> {
  const wanted = input.name?.trim() || undefined;
  if (wanted !== undefined && bound !== undefined && wanted !== bound && !input.replace) {
    throw new KataError(
      "project_binding_conflict",
      `.kata.toml names the project ${JSON.stringify(bound)}, not ${JSON.stringify(wanted)}.`,
      {
        hint: "Send replace=true (kata init --replace) to bind the folder to the other project.",
      },
    );
  }
  const name = wanted ?? (await ownerOf(app, alias)) ?? bound ?? suggestedName(workspace);
  if (name === undefined) {
    throw new KataError("validation", `${workspace.start} is no git repository, so there is no name to take.`, {
      hint: "Send a name (kata init --project NAME).",
    });
  }
  return name;
}

/** The name of the active project that has this alias. */
async function ownerOf(app: App, alias: Alias): Promise<string | undefined> {
  const known = await findAlias(app.db, alias.identity);
  const owner = known && (await findProject(app.db, known.project_id));
  return owner?.deleted_at === undefined ? owner?.name : undefined;
}

function lookAround(startPath: string): { workspace: Workspace; alias: Alias | undefined; bound: string | undefined } {
  return onDisk(startPath, () => {
    const workspace = findWorkspace(startPath);
    return { workspace, alias: aliasOf(workspace), bound: boundName(workspace) };
  });
}

/** What `work` gives that looks at a folder of the caller's choice: whatever is wrong with it is told the caller. */
function onDisk<T>(startPath: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof LocalError) throw new KataError("validation", error.message, { hint: error.hint });
    if (!isSystemError(error)) throw error;
    throw new KataError("validation", `start_path: ${JSON.stringify(error.path ?? startPath)} can't be used: ${reasonOf(error)}.`, {
      hint: "The daemon looks at it on its own disk. Where it can't, send a name and an alias instead.",
    });
  }
}
