import * as v from "valibot";
import type { Route } from "./route.ts";
import { Event, Issue, IssueLabel, Mutation } from "./shapes.ts";
import { ActorQuery, changeRequest, IssuePath, ProjectPath, Text } from "./values.ts";

export const labels = {
  "labels.add": {
    summary: "Put a label on an issue",
    needs: "write",
    actor: "body",
    params: IssuePath,
    body: changeRequest({ label: Text }),
    reply: v.object({ issue: Issue, label: IssueLabel, event: v.nullable(Event), changed: v.boolean() }),
    refusals: ["validation", "project_not_found", "issue_not_found"],
  },
  "labels.remove": {
    summary: "Take a label off an issue",
    needs: "write",
    actor: "query",
    params: v.object({ ...IssuePath.entries, label: Text }),
    query: ActorQuery,
    reply: Mutation,
    refusals: ["validation", "project_not_found", "issue_not_found"],
  },
  "labels.count": {
    summary: "Count the issues that have each label, the most used first",
    needs: "read",
    params: ProjectPath,
    reply: v.object({ labels: v.array(v.object({ label: v.string(), count: v.number() })) }),
    refusals: ["validation", "project_not_found"],
  },
} as const satisfies Record<string, Route>;
