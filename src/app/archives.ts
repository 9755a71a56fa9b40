import type { Event, Project, ProjectAlias } from "../api/shapes.ts";
import { KataError } from "../core/error.ts";
import { toWireEvent } from "../core/event.ts";
import { aliasesOf, deleteAlias, findAliasById } from "../store/aliases.ts";
import { archiveProject, countOpenIssues, findProject, projectAt } from "../store/projects.ts";
import { type App, change } from "./app.ts";

type Actor = { project_id: number; actor: string; force: boolean };

/** Hides a project and forgets its aliases; open issues hold it back unless forced (data-model.md §12). */
export async function removeProject(app: App, { project_id, actor, force }: Actor): Promise<{ project: Project; event: Event }> {
  const { result } = await change(app, async ({ tx, now, emit }) => {
    const project = await findProject(tx, project_id);
    if (project?.deleted_at !== undefined)
      throw new KataError("project_already_archived", `The project ${JSON.stringify(project.name)} is archived already.`);
    if (!project)
      throw new KataError("project_not_found", `There is no project ${project_id}.`, {
        hint: "List the projects with `kata projects list`.",
      });
    const open_issues = await countOpenIssues(tx, project_id);
    if (open_issues > 0 && !force) {
      throw new KataError(
        "project_has_open_issues",
        `The project ${JSON.stringify(project.name)} has ${open_issues} open issue${open_issues > 1 ? "s" : ""}.`,
        {
          hint: "Close them first, or send force=true (--force) to archive it with them.",
          data: { open_issues },
        },
      );
    }
    const aliases = await aliasesOf(tx, project_id);
    await archiveProject(tx, project_id, now);
    const payload = { alias_count: aliases.length, open_issues, ...(force && { force: true as const }) };
    const changes = { deleted_at: { from: null, to: now }, ...(aliases.length > 0 && { aliases: { from: aliases, to: [] } }) };
    const event = await emit({ type: "project.removed", project, actor, payload, changes });
    return { project: (await findProject(tx, project_id)) as Project, event: toWireEvent(event) };
  });
  return result;
}

/** Forgets one alias of a project; the last one only where forced. */
export async function detachAlias(app: App, input: Actor & { alias_id: number }): Promise<{ alias: ProjectAlias; event: Event }> {
  const { project_id, alias_id, actor, force } = input;
  const { result } = await change(app, async ({ tx, emit }) => {
    const project = await projectAt(tx, project_id);
    const alias = await findAliasById(tx, project_id, alias_id);
    if (!alias) throw new KataError("alias_not_found", `The project ${JSON.stringify(project.name)} has no alias ${alias_id}.`);
    const isLast = (await aliasesOf(tx, project_id)).length === 1;
    if (isLast && !force) {
      throw new KataError(
        "alias_is_last",
        `${alias.alias_identity} is the last alias of ${JSON.stringify(project.name)}: its workspaces would not be known any more.`,
        {
          hint: "Send force=true (--force) to take it away all the same.",
        },
      );
    }
    await deleteAlias(tx, alias_id);
    const { alias_identity, alias_kind } = alias;
    const payload = { alias_identity, alias_kind, ...(isLast && { was_last: true as const }), ...(force && { force: true as const }) };
    const event = await emit({ type: "project.alias_removed", project, actor, payload, changes: { alias: { from: alias, to: null } } });
    return { alias, event: toWireEvent(event) };
  });
  return result;
}
