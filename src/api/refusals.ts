import { type Code, codes } from "../core/error.ts";
import { callers, type Needs } from "../core/principal.ts";
import type { Route } from "./route.ts";

export type Refused = { status: number; code: Code };

/** Whoever asks, and whatever for: a Host may be none. */
const ANYWHERE = ["validation", "origin_forbidden", "host_forbidden", "auth_invalid", "token_invalid", "rate_limited", "internal"] as const;
/** What the daemon's disk may make of any request (docs/data-safety.md). */
const OF_THE_DISK = ["storage_full", "storage_failed", "storage_damaged"] as const;

/** Every refusal that a route may answer with: its own, and those that come before it is looked at. */
export function refusalsOf(method: string, route: Route): Refused[] {
  const given: Code[] = [...route.refusals, ...ANYWHERE, ...OF_THE_DISK, ...ofCallers(route.needs)];
  if (route.needs === "write") given.push("actor_header_required");
  const refused = given.map((code) => ({ code, status: codes[code] }));
  if (method !== "GET") refused.push({ code: "unsupported_media_type", status: 415 }, { code: "error", status: 415 });
  if (route.body) refused.push({ code: "error", status: 413 });
  return [...new Map(refused.map((each) => [`${each.status} ${each.code}`, each])).values()];
}

function ofCallers(needs: Needs): Code[] {
  return Object.values(callers)
    .map(({ may }) => may[needs])
    .filter((verdict) => verdict !== true);
}
