import type { Reply } from "../../api/route.ts";
import type { Routes } from "../../api/routes.ts";
import { isStranger, type Principal, verdict } from "../../core/principal.ts";
import { goDuration } from "../../core/time.ts";
import { vouchedActor } from "../identify.ts";
import type { Handlers } from "../router.ts";

export const livenessHandlers = {
  "liveness.ping": async ({ version }) => ({ ok: true, service: "kata", version, pid: process.pid }),
  "liveness.health": async ({ db_path, schema_version, version, started_at, storage: { fault } }, _, { principal }) => ({
    ok: fault === undefined,
    ...(fault && { problem: fault.message, hint: fault.hint ?? "" }),
    ...(!isStranger(principal) && { db_path }),
    schema_version,
    version,
    // The clock may have been set back.
    uptime: goDuration(Math.max(0, Date.now() - Date.parse(started_at))),
    started_at,
  }),
  "instance.show": async ({ app, version, schema_version }, _, { principal }) => ({
    instance_uid: app.instance_uid,
    version,
    schema_version,
    auth: authOf(principal),
  }),
  "openapi.show": async ({ version }) => (await import("../../api/openapi.ts")).openApi(version),
} satisfies Partial<Handlers>;

/** How the daemon sees the caller. */
function authOf(principal: Principal): Reply<Routes["instance.show"]>["auth"] {
  const { kind, token } = principal;
  const actor = actorKnown(principal);
  return {
    kind,
    ...(actor !== undefined && { actor }),
    ...(typeof token?.expires_at === "string" && { expires_at: token.expires_at }),
    ...(verdict(kind, "write") !== true && { read_only: true as const }),
    token_audit_read: verdict(kind, "tokens") === true,
  };
}

/** Whom a proxy's header names may be nobody, or written wrong: a read does not fail by it. */
function actorKnown(principal: Principal): string | undefined {
  try {
    return vouchedActor(principal);
  } catch {
    return undefined;
  }
}
