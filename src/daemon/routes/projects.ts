import { initProject, listProjects, resolveProject, showProject } from "../../app/projects.ts";
import type { Handlers } from "../router.ts";

export const projectHandlers = {
  "projects.resolve": ({ app }, { body }) => resolveProject(app, body),
  "projects.init": ({ app }, { body }) => initProject(app, body),
  "projects.list": async ({ app }) => ({ projects: await listProjects(app) }),
  "projects.show": ({ app }, { params }) => showProject(app, params.project_id),
} satisfies Partial<Handlers>;
