import * as v from "valibot";
import type { Route } from "./route.ts";
import { Event, Project, ProjectAlias } from "./shapes.ts";
import { ActorQuery, Flag, integerText, maybe, ProjectPath, request, SwitchText, Text } from "./values.ts";

const AliasInput = request({ identity: Text, kind: Text, root_path: maybe(Text) });

const Forced = v.object({ ...ActorQuery.entries, force: v.optional(SwitchText, "false") });

export const projects = {
  "projects.resolve": {
    summary: "Find the project of an alias, a name or a folder",
    needs: "resolve",
    body: request({ name: maybe(Text), alias: maybe(AliasInput), start_path: maybe(Text) }),
    reply: v.object({ project: Project, alias: ProjectAlias, workspace_root: v.exactOptional(v.string()) }),
    refusals: ["validation", "project_not_initialized"],
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
    refusals: ["validation", "project_not_found"],
  },
  "projects.rename": {
    summary: "Give a project another name",
    needs: "write",
    params: ProjectPath,
    body: request({ name: Text }),
    reply: v.object({ project: Project, aliases: v.array(ProjectAlias) }),
    refusals: ["validation", "project_not_found", "conflict"],
  },
  "projects.merge": {
    summary: "Move everything of another project into this one",
    needs: "write",
    params: ProjectPath,
    body: request({
      source_project_id: v.pipe(v.number("must be an integer"), v.integer("must be an integer"), v.minValue(1, "must be 1 or more")),
      target_name: maybe(Text),
    }),
    reply: v.object({
      source: Project,
      target: Project,
      issues_moved: v.number(),
      aliases_moved: v.number(),
      events_moved: v.number(),
      purge_logs_moved: v.number(),
      short_id_extensions: v.exactOptional(
        v.array(v.object({ uid: v.string(), pre_merge_short_id: v.string(), post_merge_short_id: v.string() })),
      ),
    }),
    refusals: [
      "validation",
      "project_not_found",
      "conflict",
      "project_merge_import_mapping_collision",
      "project_merge_archived_source",
      "project_merge_archived_target",
    ],
  },
  "projects.archive": {
    summary: "Hide a project, and forget its aliases",
    needs: "write",
    actor: "query",
    params: ProjectPath,
    query: Forced,
    reply: v.object({ project: Project, event: Event }),
    refusals: ["validation", "project_not_found", "project_already_archived", "project_has_open_issues"],
  },
  "projects.detach": {
    summary: "Forget an alias of a project",
    needs: "write",
    actor: "query",
    params: v.object({ project_id: integerText(), alias_id: integerText() }),
    query: Forced,
    reply: v.object({ alias: ProjectAlias, event: Event }),
    refusals: ["validation", "project_not_found", "alias_not_found", "alias_is_last"],
  },
} as const satisfies Record<string, Route>;
