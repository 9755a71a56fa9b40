import { KataError } from "../core/error.ts";
import { type Needs, type Principal, type Refusal, verdict } from "../core/principal.ts";
import { vouchedActor } from "./identify.ts";

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
    if (/^application\/json(?:[\w.+-]*\+json)?\s*(?:;|$)/.test(type)) return;
    throw new KataError("error", `Content-Type: ${type} is not understood.`, { status: 415, hint: AS_JSON });
  }
  throw new KataError("unsupported_media_type", `Content-Type: must be application/json, not ${type ?? "absent"}.`, { hint: AS_JSON });
}

const AS_JSON = "Send the body as JSON, with Content-Type: application/json.";

/** Headers by which some servers let a GET be another method. */
const METHOD_OVERRIDES = ["x-http-method-override", "x-http-method", "x-method-override"];

/** Lets a caller through to what a route needs, or refuses. A change that nobody vouches for is refused on a proxy's listener. */
export function admit(principal: Principal, needs: Needs, request: Request): void {
  const { method, headers } = request;
  const isGet = method === "GET" && !METHOD_OVERRIDES.some((name) => headers.has(name));
  const judged = principal.kind === "reader" && !isGet ? "auth_required" : verdict(principal.kind, needs);
  if (judged === "not_found") throw notHere(request);
  if (judged !== true) throw refusal(judged, principal);
  if (needs === "write") vouchedActor(principal);
}

/** Where to read what is here. */
export const CONTRACT = "GET /openapi.json lists every route, and what each takes.";

/** A path that is no route, or that is none for the caller. */
export function notHere({ url }: Request): KataError {
  const { pathname } = new URL(url, "http://kata.invalid");
  return new KataError("not_found", `There is no ${pathname} here.`, { hint: CONTRACT });
}

type Words = { message: string; hint: string };

const words: Record<Exclude<Refusal, "not_found">, Words> = {
  auth_required: {
    message: "This daemon wants a bearer token.",
    hint: "Send Authorization: Bearer <token>; kata takes it from KATA_AUTH_TOKEN.",
  },
  bootstrap_token_write_forbidden: {
    message: "The bootstrap token reads and administers tokens; changes want a token of their maker's own.",
    hint: "Make one with `kata tokens create --actor NAME`, and send that.",
  },
  token_read_only: { message: "This token only reads.", hint: "Use one that was made without --read-only." },
  token_admin_forbidden: { message: "Only the bootstrap token administers tokens.", hint: "Send that one in KATA_AUTH_TOKEN." },
};

const ONLY_READ: Words = {
  message: "This daemon only lets itself be read.",
  hint: "Ask for the daemon to be started without --insecure-readonly.",
};
const PROXIED: Words = {
  message: "Tokens are not administered through a proxy.",
  hint: "Do it on the daemon's own host, or on a listener that no proxy has.",
};

function refusal(code: Exclude<Refusal, "not_found">, { kind, asserted }: Principal): KataError {
  const isProxied = code === "token_admin_forbidden" && asserted !== undefined;
  const { message, hint } = kind === "reader" ? ONLY_READ : isProxied ? PROXIED : words[code];
  return new KataError(code, message, { hint });
}
