import * as v from "valibot";
import type { Route } from "./route.ts";
import { integerText, SwitchText, TimeText } from "./values.ts";

const AuditRow = v.object({
  time: v.string(),
  actor: v.string(),
  issue: v.string(),
  parent: v.exactOptional(v.string()),
  reason: v.string(),
  evidence_types: v.exactOptional(v.array(v.string())),
  flags: v.exactOptional(v.array(v.picklist(["no-evidence", "throttled"]))),
  message: v.exactOptional(v.string()),
});
export type AuditRow = v.InferOutput<typeof AuditRow>;

export const audits = {
  "audit.closes": {
    summary: "A project's closes, with what is suspicious about them",
    needs: "read",
    query: v.object({
      project_id: v.pipe(
        integerText(),
        v.minValue(1, ({ received }) => `must be 1 or more, not ${received}`),
      ),
      since: v.optional(TimeText),
      until: v.optional(TimeText),
      actor: v.optional(v.string()),
      parent: v.optional(v.string()),
      reason: v.optional(v.string()),
      no_evidence: v.optional(SwitchText),
    }),
    reply: v.object({ rows: v.array(AuditRow) }),
    refusals: ["validation", "project_not_found"],
  },
} as const satisfies Record<string, Route>;
