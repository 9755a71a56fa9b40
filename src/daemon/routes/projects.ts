import { detachAlias, removeProject } from "../../app/archives.ts";
import { initFolder, resolveFolder } from "../../app/folders.ts";
import { mergeProjects } from "../../app/merges.ts";
import { initProject, listProjects, renameProjectTo, resolveProject, showProject } from "../../app/projects.ts";
import { mayWrite } from "../identify.ts";
import type { Handlers } from "../router.ts";

type Sought = { name?: string | null | undefined; alias?: unknown; start_path?: string | null | undefined };

/** A folder is looked at only where neither an alias nor a name is sent. */
const isFolder = (body: Sought): body is Sought & { start_path: string } =>
  !body.alias && !body.name?.trim() && Boolean(body.start_path?.trim());

export const projectHandlers = {
  "projects.resolve": ({ app }, { body }, { principal }) => {
    const remember = { remember: mayWrite(principal) };
    return isFolder(body) ? resolveFolder(app, body.start_path, remember) : resolveProject(app, body, remember);
  },
  "projects.init": ({ app }, { body }) => (body.start_path?.trim() ? initFolder(app, body, body.start_path) : initProject(app, body)),
  "projects.list": async ({ app }, { query }) => {
    const included = query.include.split(",").map((part) => part.trim().toLowerCase());
    return { projects: await listProjects(app, { stats: included.includes("stats") }) };
  },
  "projects.show": ({ app }, { params }) => showProject(app, params.project_id),
  "projects.rename": ({ app }, { params, body }) => renameProjectTo(app, params.project_id, body.name),
  "projects.merge": ({ app }, { params, body }) => mergeProjects(app, { ...params, ...body }),
  "projects.archive": ({ app }, { params, query, actor }) => removeProject(app, { ...params, actor, force: query.force }),
  "projects.detach": ({ app }, { params, query, actor }) => detachAlias(app, { ...params, actor, force: query.force }),
} satisfies Partial<Handlers>;
