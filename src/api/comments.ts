import * as v from "valibot";
import type { Route } from "./route.ts";
import { Comment, Event, Issue } from "./shapes.ts";
import { changeRequest, IssuePath, Text } from "./values.ts";

export const comments = {
  "comments.add": {
    summary: "Comment on an issue",
    needs: "write",
    actor: "body",
    params: IssuePath,
    body: changeRequest({ body: Text }),
    reply: v.object({ issue: Issue, comment: Comment, event: v.nullable(Event), changed: v.boolean() }),
    refusals: ["validation", "project_not_found", "issue_not_found"],
  },
} as const satisfies Record<string, Route>;
