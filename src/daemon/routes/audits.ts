import { auditCloses } from "../../app/audits.ts";
import type { Handlers } from "../router.ts";

export const auditHandlers = {
  "audit.closes": async ({ app }, { query: { actor, parent, reason, ...rest } }) => ({
    rows: await auditCloses(app, { ...rest, actor: actor || undefined, parent: parent || undefined, reason: reason || undefined }),
  }),
} satisfies Partial<Handlers>;
