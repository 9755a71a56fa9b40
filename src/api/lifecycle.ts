import * as v from "valibot";
import type { Route } from "./route.ts";
import { Issue, Mutation, PurgeLog } from "./shapes.ts";
import { changeRequest, IssuePath, maybe, Revision, Text } from "./values.ts";

const Confirmation = v.object({ "x-kata-confirm": v.optional(v.string()) });
const common = { needs: "write", actor: "body", params: IssuePath } as const;

export const lifecycle = {
  "issues.delete": {
    summary: "Hide an issue; X-Kata-Confirm: DELETE <project>#<short_id>",
    ...common,
    headers: Confirmation,
    body: changeRequest({}),
    reply: Mutation,
    refusals: ["validation", "project_not_found", "issue_not_found", "confirm_required", "confirm_mismatch"],
  },
  "issues.restore": {
    summary: "Bring a deleted issue back",
    ...common,
    body: changeRequest({}),
    reply: Mutation,
    refusals: ["validation", "project_not_found", "issue_not_found"],
  },
  "issues.purge": {
    summary: "Take an issue and its events away for good; X-Kata-Confirm: PURGE <project>#<short_id>",
    ...common,
    headers: Confirmation,
    body: changeRequest({ reason: maybe(Text) }),
    reply: v.object({ purge_log: PurgeLog }),
    refusals: ["validation", "project_not_found", "issue_not_found", "confirm_required", "confirm_mismatch"],
  },
  "issues.move": {
    summary: "Move an issue to another project",
    ...common,
    headers: v.object({ "if-match": Revision }),
    body: changeRequest({ to_project_uid: Text }),
    reply: v.object({ issue: Issue, event_id: v.number(), new_short_id: v.string(), changed: v.boolean() }),
    refusals: [
      "validation",
      "same_project",
      "project_not_found",
      "issue_not_found",
      "cross_project_links",
      "recurrence_pinned",
      "revision_conflict",
    ],
  },
} as const satisfies Record<string, Route>;
