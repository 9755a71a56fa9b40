import { closeIssue, reopenIssue } from "../../app/closes.ts";
import type { Evidence } from "../../core/evidence.ts";
import type { Handlers } from "../router.ts";

/** A member that is null is one that is left out. */
function present(item: Record<string, unknown>): Evidence {
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== null && value !== undefined)) as Evidence;
}

export const closeHandlers = {
  "issues.close": ({ app }, { params, body, actor }) =>
    closeIssue(app, {
      ...params,
      actor,
      reason: body.reason || undefined,
      message: body.message ?? "",
      evidence: body.evidence.map(present),
      tui: body.source === "tui",
      dry_run: body.dry_run ?? false,
    }),
  "issues.reopen": ({ app }, { params, actor }) => reopenIssue(app, { ...params, actor }),
} satisfies Partial<Handlers>;
