import { LocalError } from "../core/error.ts";
import type { Place } from "./client.ts";

/** A request that got no reply, or none that can be read. `why` says so within a sentence. */
export class NoAnswer extends LocalError {
  readonly why: string;

  constructor(kind: "daemon_unavailable" | "internal", why: string, more: { message: string; hint: string; code?: "outcome_unknown" }) {
    super(kind, more.message, more.hint, more.code === undefined ? {} : { code: more.code });
    this.why = why;
  }
}

/** What went wrong on the way, and whether the request may have reached the daemon nevertheless. */
export type Fault = { why: string; sent: boolean; late?: true; hint?: string };

const CHECK = "Check the address, and that the daemon runs there.";

/** Nobody took the connection. */
const REFUSED = /^(?:ConnectionRefused|ECONNREFUSED|FailedToOpenSocket|ENOENT)$/;

/** Other errors of the runtime's fetch, by their codes. */
const faults: readonly [RegExp, string, string?][] = [
  [/^(?:ENOTFOUND|EAI_\w+|DNS\w+)$/, "there is no host of that name"],
  [/^(?:EHOSTUNREACH|ENETUNREACH)$/, "there is no way to that host"],
  [/ALTNAME/, "its certificate is for another name", "Use a name that the certificate has."],
  [/EXPIRED|NOT_YET_VALID/, "its certificate is not valid today", "Renew the certificate, or set the clock."],
  [
    /CERT|SELF_SIGNED|UNABLE_TO_|ISSUER/,
    "its certificate is not signed by an authority that is trusted here",
    "Name a private authority's certificate: ca_file beside the daemon's url, or KATA_CA_FILE.",
  ],
  [/^(?:EPROTO|ERR_SSL\w*)$/, "it does not speak TLS as it should", "If it speaks plain HTTP, write http://."],
];

export function faultOf(error: unknown, { proxy, ca, pid }: Place, timeoutMs: number): Fault {
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return {
      why: `it did not answer within ${timeoutMs} ms`,
      sent: true,
      late: true,
      hint: `Set KATA_HTTP_TIMEOUT (such as 30s) to wait longer.${pid === undefined ? "" : " If it hangs, end it and start another: kata daemon restart."}`,
    };
  }
  const code = codeOf(error);
  if (REFUSED.test(code)) {
    const besides = proxy ? ", neither at its proxy nor behind it" : ca ? ", or the certificate of its authority can't be read" : "";
    return { why: `nothing listens there${besides}`, sent: false };
  }
  const [, why, hint] = faults.find(([codes]) => codes.test(code)) ?? [];
  if (why === undefined) return { why: "the connection was cut before the reply came", sent: true };
  // A TLS connection may break at any time; all others end before anything was sent.
  return { why, sent: /^(?:EPROTO|ERR_SSL)/.test(code), ...(hint !== undefined && { hint }) };
}

/** Whether no connection was made, so that another daemon may be asked instead. */
export function isRefused(error: unknown): boolean {
  return REFUSED.test(codeOf(error));
}

/** Whether a connection that was made ended before the reply, as when a daemon is killed. */
export function isCut(error: unknown): boolean {
  const code = codeOf(error);
  return error instanceof Error && !(error instanceof DOMException) && !REFUSED.test(code) && !faults.some(([codes]) => codes.test(code));
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown }).code ?? "");
}

/** The error for a fault: a change that may have been made says so, and how to look. `look` is undefined for what changes nothing. */
export function noAnswer({ why, sent, late, hint = CHECK }: Fault, { name }: Place, look: string | undefined): NoAnswer {
  const kind = late ? "internal" : "daemon_unavailable";
  const said = `No daemon answers at ${name}: ${why}`;
  if (!sent || look === undefined) return new NoAnswer(kind, why, { message: `${said}.`, hint });
  const message = `${said}. Whether the change was made is not known.`;
  return new NoAnswer(kind, why, { message, hint: `Look before you send it again: ${look}`, code: "outcome_unknown" });
}

/** The refusal to follow a redirect: what a bearer was given for is one origin. */
export function redirected(location: string | null, place: Place): NoAnswer {
  const to = URL.parse(location ?? "", place.base);
  const shown = to ? to.origin + to.pathname : "nowhere";
  const why = `it redirects to ${shown}, and kata follows no redirect, so that a token stays where it belongs`;
  const hint = to ? `If the daemon is there, name that address: KATA_SERVER=${to.origin}${to.pathname.replace(/\/api\/.*/s, "")}` : CHECK;
  return new NoAnswer("daemon_unavailable", why, { message: `No daemon answers at ${place.name}: ${why}.`, hint });
}
