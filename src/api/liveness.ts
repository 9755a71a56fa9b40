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
      ok: v.pipe(v.boolean(), v.description("false where no change is taken until the daemon is restarted")),
      problem: v.exactOptional(v.string()),
      hint: v.exactOptional(v.string()),
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
    reply: v.object({
      instance_uid: v.string(),
      version: v.string(),
      schema_version: v.number(),
      auth: v.object({
        kind: v.pipe(v.string(), v.description("the kind of caller that you are")),
        actor: v.exactOptional(v.pipe(v.string(), v.description("whom your changes are credited to, whatever you send"))),
        expires_at: v.exactOptional(v.string()),
        read_only: v.exactOptional(v.literal(true)),
        token_audit_read: v.pipe(v.boolean(), v.description("whether you may list tokens")),
      }),
    }),
    refusals: [],
  },
  "openapi.show": {
    summary: "Show this interface as an OpenAPI 3.1 document",
    needs: "read",
    reply: v.record(v.string(), v.unknown()),
    refusals: [],
  },
} as const satisfies Record<string, Route>;
