import { goDuration } from "../../core/time.ts";
import type { Handlers } from "../router.ts";

export const livenessHandlers = {
  "liveness.ping": async ({ version }) => ({ ok: true, service: "kata", version, pid: process.pid }),
  "liveness.health": async ({ db_path, schema_version, version, started_at }) => ({
    ok: true,
    db_path,
    schema_version,
    version,
    uptime: goDuration(Date.now() - Date.parse(started_at)),
    started_at,
  }),
  "instance.show": async ({ app, version, schema_version }) => ({ instance_uid: app.instance_uid, version, schema_version }),
  "openapi.show": async ({ version }) => (await import("../../api/openapi.ts")).openApi(version),
} satisfies Partial<Handlers>;
