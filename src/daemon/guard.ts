import { createHash, timingSafeEqual } from "node:crypto";
import type { Needs, Route } from "../api/route.ts";
import { KataError } from "../core/error.ts";
import { isBlank } from "../core/text.ts";
import type { Daemon } from "./daemon.ts";

/**
 * Who asks: `owner` where no credential is wanted, `shared` with the shared token, `anonymous` without a credential where
 * one is wanted, `reader` without one where reading is free.
 */
export type Principal = { kind: "owner" | "shared" | "reader" | "anonymous" };

/** Who may do what: the one table. What it does not say is refused. */
export const may: Record<Principal["kind"], Record<Needs, boolean>> = {
  owner: { open: true, read: true, resolve: true, write: true, stream: true },
  shared: { open: true, read: true, resolve: true, write: true, stream: true },
  reader: { open: true, read: true, resolve: false, write: false, stream: false },
  anonymous: { open: true, read: false, resolve: false, write: false, stream: false },
};

/** Refuses what a browser would send for a foreign page, before anything else is looked at (http-api.md §1). */
export function checkOrigin(request: Request): void {
  if (request.headers.get("origin")) {
    throw new KataError("origin_forbidden", "Requests from web pages are refused.", { hint: "Send the request without an Origin header." });
  }
  if (!/^(?:POST|PUT|PATCH|DELETE)$/.test(request.method) || request.headers.get("content-length") === "0") return;
  const type = request.headers.get("content-type");
  const hasBody = request.headers.has("content-length") || request.headers.has("transfer-encoding");
  if (!hasBody && type === null) return;
  if (type?.startsWith("application/json")) {
    if (/^application\/json\s*(?:;|$)/.test(type)) return;
    throw new KataError("error", `Content-Type: ${type} is not understood; send application/json.`, { status: 415 });
  }
  throw new KataError("unsupported_media_type", `Content-Type: must be application/json, not ${type ?? "absent"}.`);
}

/** Who a request comes from; a credential that is wrong is refused on every route. */
export function identify(daemon: Daemon, request: Request): Principal {
  const { token, insecure_readonly } = daemon.auth;
  if (token === undefined) return { kind: insecure_readonly ? "reader" : "owner" };
  const given = request.headers.get("authorization");
  if (!given?.startsWith("Bearer ")) return { kind: "anonymous" };
  if (!same(given.slice("Bearer ".length), token)) throw new KataError("auth_invalid", "The bearer token is wrong.");
  return { kind: "shared" };
}

/** Lets a principal through to what a route needs, or refuses. */
export function admit(principal: Principal, route: Pick<Route, "needs">): void {
  if (may[principal.kind][route.needs]) return;
  const readonly = principal.kind === "reader";
  throw new KataError("auth_required", readonly ? "This daemon only lets itself be read." : "This daemon wants a bearer token.", {
    hint: readonly
      ? "Ask for the daemon to be started without --insecure-readonly."
      : "Send Authorization: Bearer <token>; kata takes it from KATA_AUTH_TOKEN.",
  });
}

/** Who a change is credited to (http-api.md §1.2). */
export function actorOf(_principal: Principal, given: { actor?: unknown }): string {
  if (typeof given.actor === "string" && !isBlank(given.actor)) return given.actor;
  throw new KataError("validation", `actor: ${typeof given.actor === "string" ? "must not be blank" : "is required"}`);
}

/** Compares in the same time wherever they differ, and whatever their lengths. */
function same(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
