import type { Project } from "../api/shapes.ts";
import { KataError } from "../core/error.ts";
import { checkProjectName } from "../core/project.ts";
import type { Db } from "../store/db.ts";
import { freeShortId } from "../store/short-ids.ts";
import { absorbProject, collidingMappings, collidingShortIds, countsOf, type MovedCounts, setShortId } from "../store/merges.ts";
import { findProject, projectAt, renameProject } from "../store/projects.ts";
import { type App, change } from "./app.ts";

const MOST_SHOWN = 20;

type MergeInput = { project_id: number; source_project_id: number; target_name?: string | null | undefined };
type Extension = { uid: string; pre_merge_short_id: string; post_merge_short_id: string };
export type Merged = MovedCounts & { source: Project; target: Project; short_id_extensions?: Extension[] };

/** Moves everything of a project into another, which survives (data-model.md §12). There is no event, but readers are woken. */
export async function mergeProjects(app: App, input: MergeInput): Promise<Merged> {
  const { project_id, source_project_id, target_name } = input;
  if (project_id === source_project_id) throw new KataError("validation", "source_project_id: a project can't be merged into itself");
  const name = target_name ? checkProjectName(target_name) : undefined;
  const { result } = await change(app, async ({ tx, wake }): Promise<Merged> => {
    const target = await mergeable(tx, project_id, "project_merge_archived_target");
    const source = await mergeable(tx, source_project_id, "project_merge_archived_source");
    await checkMappings(tx, source, target);
    const extensions = await extendShortIds(tx, source, target);
    const counts = await countsOf(tx, source.id);
    await absorbProject(tx, source, target);
    if (name !== undefined) await renameProject(tx, target.id, name);
    wake();
    return { source, target: await projectAt(tx, target.id), ...counts, ...(extensions.length > 0 && { short_id_extensions: extensions }) };
  });
  return result;
}

async function mergeable(
  tx: Db,
  id: number,
  archived: "project_merge_archived_source" | "project_merge_archived_target",
): Promise<Project> {
  const project = await findProject(tx, id);
  if (!project)
    throw new KataError("project_not_found", `There is no project ${id}.`, { hint: "List the projects with `kata projects list`." });
  if (project.deleted_at !== undefined) throw new KataError(archived, `The project ${JSON.stringify(project.name)} is archived.`);
  return project;
}

async function checkMappings(tx: Db, source: Project, target: Project): Promise<void> {
  const found = await collidingMappings(tx, source.id, target.id, MOST_SHOWN);
  if (found.length === 0) return;
  const mappings = found.map(({ source: Source, external_id: ExternalID, object_type: ObjectType }) => ({
    Source,
    ExternalID,
    ObjectType,
  }));
  throw new KataError(
    "project_merge_import_mapping_collision",
    "Both projects have imported the same things, so it is not clear which are to stay.",
    {
      hint: "The data names them.",
      data: { mappings },
    },
  );
}

/** Issues whose short id is taken in the target get the next longer one that is free in both. */
async function extendShortIds(tx: Db, source: Project, target: Project): Promise<Extension[]> {
  const extensions: Extension[] = [];
  for (const { id, uid, short_id } of await collidingShortIds(tx, source.id, target.id)) {
    let longer = await freeShortId(tx, target.id, uid, short_id.length + 1);
    while ((await freeShortId(tx, source.id, uid, longer.length)) !== longer)
      longer = await freeShortId(tx, target.id, uid, longer.length + 1);
    await setShortId(tx, id, longer);
    extensions.push({ uid, pre_merge_short_id: short_id, post_merge_short_id: longer });
  }
  return extensions;
}
