import * as v from "valibot";
import type { Route } from "./route.ts";
import { Project, ProjectAlias } from "./shapes.ts";
import { Flag, maybe, ProjectPath, request, Text } from "./values.ts";

const AliasInput = request({ identity: Text, kind: Text, root_path: maybe(Text) });

export const projects = {
  "projects.resolve": {
    summary: "Find the project of an alias, a name or a folder",
    needs: "resolve",
    body: request({ name: maybe(Text), alias: maybe(AliasInput), start_path: maybe(Text) }),
    reply: v.object({ project: Project, alias: ProjectAlias, workspace_root: v.exactOptional(v.string()) }),
    refusals: ["validation", "project_not_initialized", "project_alias_conflict"],
  },
  "projects.init": {
    summary: "Create a project, or bind an alias to one",
    needs: "write",
    body: request({ start_path: maybe(Text), name: maybe(Text), replace: maybe(Flag), reassign: maybe(Flag), alias: maybe(AliasInput) }),
    reply: v.object({ project: Project, alias: ProjectAlias, workspace_root: v.exactOptional(v.string()), created: v.boolean() }),
    refusals: ["validation", "project_alias_conflict", "project_binding_conflict", "project_archived"],
  },
  "projects.list": {
    summary: "List the active projects",
    needs: "read",
    query: v.object({ include: v.optional(v.string(), "") }),
    reply: v.object({ projects: v.array(Project) }),
    refusals: [],
  },
  "projects.show": {
    summary: "Show a project and its aliases",
    needs: "read",
    params: ProjectPath,
    reply: v.object({ project: Project, aliases: v.array(ProjectAlias) }),
    refusals: ["project_not_found"],
  },
} as const satisfies Record<string, Route>;
