import * as v from "valibot";
import type { Route } from "./route.ts";
import { PositiveProjectPath, TimeText } from "./values.ts";

const n = v.number();
const Totals = v.object({
  created: n,
  closed: n,
  reopened: n,
  commented: n,
  edited: n,
  assigned: n,
  unassigned: n,
  priority_set: n,
  priority_cleared: n,
  labeled: n,
  unlabeled: n,
  linked: n,
  unlinked: n,
  unblocked: n,
  deleted: n,
  restored: n,
  other: n,
});

const Digest = v.object({
  since: v.string(),
  until: v.string(),
  project_id: v.number(),
  event_count: v.number(),
  totals: Totals,
  actors: v.array(
    v.object({
      actor: v.string(),
      totals: Totals,
      issues: v.array(
        v.object({
          project_id: v.number(),
          project_name: v.string(),
          issue_uid: v.string(),
          issue_short_id: v.string(),
          actions: v.array(v.string()),
        }),
      ),
    }),
  ),
});
export type Digest = v.InferOutput<typeof Digest>;

const query = v.object({ since: TimeText, until: v.optional(TimeText), actor: v.optional(v.array(v.string())) });

export const digests = {
  "digest.show": {
    summary: "What happened in all projects in a window of time, by actor and issue",
    needs: "read",
    query,
    reply: Digest,
    refusals: ["validation"],
  },
  "digest.show_project": {
    summary: "What happened in a project in a window of time, by actor and issue",
    needs: "read",
    params: PositiveProjectPath,
    query,
    reply: Digest,
    refusals: ["validation", "project_not_found"],
  },
} as const satisfies Record<string, Route>;
