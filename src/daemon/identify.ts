import { timingSafeEqual } from "node:crypto";
import { isLocal, type Listener } from "../config/listener.ts";
import { checkActor } from "../core/actor.ts";
import { KataError } from "../core/error.ts";
import { type CallerKind, type Principal, verdict } from "../core/principal.ts";
import { isBlank } from "../core/text.ts";
import { hashOf } from "../core/token.ts";
import type { Daemon } from "./daemon.ts";

const SCHEME = "Bearer ";
const WRONG = "Send the daemon's own token, or one that `kata tokens create` made there.";

/** What a request's credential is worth: nothing where none came, or where one came that nobody asked for. */
type Credential = { kind: "none" } | { kind: "shared" } | { kind: "own"; token: NonNullable<Principal["token"]>; read_only: boolean };

type Peer = () => string | undefined;

/** Who a request comes from; a credential that is wrong is refused on every route. `peer` tells its address, if it has one. */
export async function identify(daemon: Daemon, listener: Listener, request: Request, peer: Peer): Promise<Principal> {
  const header = listener.is_proxy ? daemon.auth.trusted_actor_header : undefined;
  try {
    const principal = principalOf(daemon, listener, await credentialOf(daemon, request), header !== undefined);
    return header === undefined ? principal : { ...principal, asserted: firstValue(request.headers, header) };
  } catch (error) {
    throw (error instanceof KataError && limited(daemon, listener, peer)) || error;
  }
}

async function credentialOf({ auth, tokens }: Daemon, request: Request): Promise<Credential> {
  const given = request.headers.get("authorization");
  if (!given?.startsWith(SCHEME)) return { kind: "none" };
  const hash = hashOf(given.slice(SCHEME.length));
  if (auth.token !== undefined && same(hash, hashOf(auth.token))) return { kind: "shared" };
  const found = await tokens.find(hash);
  if (found) {
    const { id, actor, expires_at, read_only } = found.token;
    if (found.state === "revoked") throw invalid("This token was revoked.");
    if (found.state === "expired") throw invalid(`This token expired at ${expires_at}.`);
    return { kind: "own", token: { id, actor, expires_at }, read_only };
  }
  if (auth.require_token_identity) throw invalid("The daemon does not know this token.");
  if (auth.token !== undefined) throw new KataError("auth_invalid", "The bearer token is wrong.", { hint: WRONG });
  return { kind: "none" };
}

function invalid(message: string): KataError {
  return new KataError("token_invalid", message, { hint: "Whoever administers tokens makes another with `kata tokens create`." });
}

function principalOf({ auth }: Daemon, listener: Listener, credential: Credential, isProxied: boolean): Principal {
  const isAsked = auth.token !== undefined || auth.require_token_identity;
  // Without a token of the daemon's own, one that its database knows may not make more of --insecure-readonly than reading.
  if (auth.insecure_readonly && (credential.kind === "none" || !isAsked)) return { kind: "reader" };
  if (credential.kind === "none") return { kind: isAsked ? "anonymous" : unaskedKind(listener, isProxied) };
  if (credential.kind === "shared") return { kind: sharedKind(auth.require_token_identity, isProxied) };
  const { token, read_only } = credential;
  if (read_only) return { kind: "viewer", token };
  return { kind: isProxied ? "proxied" : "identity", token };
}

function unaskedKind(listener: Listener, isProxied: boolean): CallerKind {
  if (isProxied) return "proxied";
  return isLocal(listener) ? "owner" : "anonymous";
}

function sharedKind(isBootstrap: boolean, isProxied: boolean): CallerKind {
  if (isBootstrap) return isProxied ? "proxied_bootstrap" : "bootstrap";
  return isProxied ? "proxied" : "shared";
}

/** The refusal that takes the place of another once a peer has failed too often; a proxy's peers all have one address. */
function limited({ failures }: Daemon, { address, is_proxy }: Listener, peer: Peer): KataError | undefined {
  const from = address.kind === "tcp" && !is_proxy ? peer() : undefined;
  const seconds = from === undefined ? undefined : failures.count(from);
  if (seconds === undefined) return undefined;
  return new KataError("rate_limited", "Too many wrong credentials came from this address.", {
    hint: `Wait ${seconds} s, and send a good one; a good one is taken meanwhile too.`,
    data: { retry_after_seconds: seconds },
  });
}

/**
 * The first value of a header, still in the Latin-1 that the runtime reads it as. Several headers of a name come joined by
 * commas. White space here is what HTTP calls so: other bytes may belong to a character.
 */
function firstValue(headers: Headers, name: string): string {
  return (headers.get(name)?.split(",", 1)[0] ?? "").replaceAll(/^[ \t]+|[ \t]+$/g, "");
}

/** The actor that the caller's credential or proxy gives all it does; undefined where the request itself says who acts. */
export function vouchedActor({ asserted, token }: Principal): string | undefined {
  if (asserted === undefined) return token?.actor;
  if (asserted === "")
    throw new KataError("actor_header_required", "The proxy did not say who makes this change.", {
      hint: "Let it send the header that [auth.proxy] trusted_actor_header names, with one actor.",
    });
  try {
    return checkActor(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.from(asserted, "latin1")), "actor header");
  } catch (cause) {
    if (cause instanceof KataError) throw cause;
    throw new KataError("validation", "actor header: is not UTF-8", { cause, hint: "Let the proxy send the actor as UTF-8." });
  }
}

/** Who a change is credited to: whom the caller's credential or proxy vouches for, else whom the request names (http-api.md §1.2). */
export function actorOf(principal: Principal, given: { actor?: unknown }): string {
  const vouched = vouchedActor(principal);
  if (vouched !== undefined) return vouched;
  if (typeof given.actor === "string" && !isBlank(given.actor)) return given.actor;
  throw new KataError("validation", `actor: ${typeof given.actor === "string" ? "must not be blank" : "is required"}`, {
    hint: "Name who makes the change: in the body, or in the query of a DELETE.",
  });
}

/** Whether the caller may change things, which a route that only reads may do beside. */
export function mayWrite(principal: Principal): boolean {
  return verdict(principal.kind, "write") === true && principal.asserted !== "";
}

/** Compares two hashes in the same time wherever they differ. */
function same(given: string, wanted: string): boolean {
  return timingSafeEqual(Buffer.from(given), Buffer.from(wanted));
}
