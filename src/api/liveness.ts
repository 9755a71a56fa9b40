import * as v from "valibot";
import type { Route } from "./route.ts";

export const liveness = {
  "liveness.ping": {
    summary: "Tell that a kata daemon listens here, and of which version",
    needs: "open",
    reply: v.object({ ok: v.literal(true), service: v.literal("kata"), version: v.string(), pid: v.number() }),
    refusals: [],
  },
  "liveness.health": {
    summary: "Tell how the daemon is, and for how long it has run",
    needs: "open",
    reply: v.object({
      ok: v.boolean(),
      db_path: v.exactOptional(v.string()),
      schema_version: v.number(),
      version: v.string(),
      uptime: v.string(),
      started_at: v.string(),
    }),
    refusals: [],
  },
  "instance.show": {
    summary: "Show the identity of this installation",
    needs: "read",
    reply: v.object({ instance_uid: v.string(), version: v.string(), schema_version: v.number() }),
    refusals: ["instance_uid_unset"],
  },
  "openapi.show": {
    summary: "Show this interface as an OpenAPI 3.1 document",
    needs: "read",
    reply: v.record(v.string(), v.unknown()),
    refusals: [],
  },
} as const satisfies Record<string, Route>;
