import * as v from "valibot";
import type { Route } from "./route.ts";
import { Event, Issue, Project } from "./shapes.ts";
import { changeRequest, IssuePath, JsonObject, ProjectPath, Revision } from "./values.ts";

const common = {
  needs: "write",
  actor: "body",
  headers: v.object({ "if-match": Revision }),
  body: changeRequest({ patch: JsonObject }),
} as const;

export const metadata = {
  "issues.metadata": {
    summary: "Set and remove keys of an issue's metadata",
    ...common,
    params: IssuePath,
    reply: v.object({ issue: Issue, event: v.exactOptional(Event), changed: v.boolean() }),
    refusals: ["validation", "invalid_metadata_value", "project_not_found", "issue_not_found", "revision_conflict"],
  },
  "projects.metadata": {
    summary: "Set and remove keys of a project's metadata",
    ...common,
    params: ProjectPath,
    reply: v.object({ project: Project, event: v.exactOptional(Event), changed: v.boolean() }),
    refusals: ["validation", "invalid_metadata_value", "project_not_found", "revision_conflict"],
  },
} as const satisfies Record<string, Route>;
