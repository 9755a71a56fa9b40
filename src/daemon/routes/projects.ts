import { detachAlias, removeProject } from "../../app/archives.ts";
import { initFolder, resolveFolder } from "../../app/folders.ts";
import { mergeProjects } from "../../app/merges.ts";
import { initProject, listProjects, renameProjectTo, resolveProject, showProject } from "../../app/projects.ts";
import { isLocal } from "../../config/listener.ts";
import { KataError } from "../../core/error.ts";
import { mayWrite } from "../identify.ts";
import type { Asked, Handlers } from "../router.ts";

type Sought = { name?: string | null | undefined; alias?: unknown; start_path?: string | null | undefined };

/** A folder is looked at only where neither an alias nor a name is sent. */
const isFolder = (body: Sought): body is Sought & { start_path: string } =>
  !body.alias && !body.name?.trim() && Boolean(body.start_path?.trim());

/** A folder of the daemon's own disk: who is elsewhere means another one, and is not to look around or write in this. */
function folderFor({ listener }: Asked, path: string, code: "project_not_initialized" | "validation"): string {
  if (isLocal(listener) && !listener.is_proxy) return path;
  throw new KataError(code, `start_path: ${JSON.stringify(path)} is not looked for, since the daemon may be on another host.`, {
    hint: "Send a name, as `kata init --project NAME` does.",
  });
}

export const projectHandlers = {
  "projects.resolve": async ({ app }, { body }, asked) => {
    const remember = { remember: mayWrite(asked.principal) };
    return isFolder(body)
      ? resolveFolder(app, folderFor(asked, body.start_path, "project_not_initialized"), remember)
      : resolveProject(app, body, remember);
  },
  "projects.init": async ({ app }, { body }, asked) =>
    body.start_path?.trim() ? initFolder(app, body, folderFor(asked, body.start_path, "validation")) : initProject(app, body),
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
