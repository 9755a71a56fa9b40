import { paths, type RouteId } from "../api/paths.ts";
import type { Reply } from "../api/route.ts";
import type { Routes } from "../api/routes.ts";
import { type Code, codes, KataError, type WireError } from "../core/error.ts";
import { faultOf, isCut, isRefused, NoAnswer, noAnswer, redirected } from "./no-answer.ts";
import type { Send } from "./send.ts";

export type Place = {
  /** The address as it is shown to people. */
  name: string;
  /** The process, where it is this machine's own. */
  pid?: number;
  /** What comes before every route's path. */
  base: string;
  unix?: string;
  /** A bearer, and where it came from. It goes to this place and nowhere else. */
  token?: { value: string; from: string } | undefined;
  /** The authority that alone vouches for an https server, as PEM; undefined for the usual ones. */
  ca?: string | undefined;
  /** The one certificate that an https server shows, as PEM, whatever names are in it: that of this machine's own daemon. */
  certificate?: string | undefined;
  /** The proxy to go through; only where somebody asked for it. */
  proxy?: string | undefined;
};

/** Refusals that are about the token that was sent, or was not. */
const ABOUT_TOKENS: ReadonlySet<string> = new Set([
  "auth_required",
  "auth_invalid",
  "token_invalid",
  "token_read_only",
  "token_admin_forbidden",
  "bootstrap_token_write_forbidden",
  "rate_limited",
] satisfies Code[]);

/** How often one request may find that the daemon has just gone. */
const REVIVALS = 3;

/** How a front end calls a daemon: typed by the contract, without loading it. */
export class Client {
  #place: Place;
  readonly #timeout_ms: number;
  readonly #revive: (() => Promise<Place>) | undefined;
  #answered = false;

  /** `revive` finds or starts a daemon where none answers a call, since daemons may take over from one another between two. */
  constructor(place: Place, timeoutMs: number, revive?: () => Promise<Place>) {
    this.#place = place;
    this.#timeout_ms = timeoutMs;
    this.#revive = revive;
  }

  get place(): Place {
    return this.#place;
  }

  /** The same client, for a request that takes its time. */
  waiting(timeoutMs: number): Client {
    return new Client(this.#place, Math.max(timeoutMs, this.#timeout_ms), this.#revive);
  }

  /** Calls a route. Refusals of the daemon are thrown as KataError; a daemon that does not answer as LocalError. */
  async call<Id extends RouteId>(id: Id, input: Send<Routes[Id]>): Promise<Reply<Routes[Id]>> {
    const response = await this.#reach(id, input as Sent, () => AbortSignal.timeout(this.#timeout_ms), REVIVALS);
    if (response.status === 204) return null as Reply<Routes[Id]>;
    const reply = await this.#json(response, lookOf(id, input as Sent));
    if (response.ok) return reply as Reply<Routes[Id]>;
    throw this.refusal(response.status, reply);
  }

  /** Sends the request of a route and gives the reply as it comes. A daemon is only started for it where none ever answered. */
  fetch<Id extends RouteId>(id: Id, input: Send<Routes[Id]>, signal: AbortSignal): Promise<Response> {
    return this.#reach(id, input as Sent, () => signal, this.#answered ? 0 : REVIVALS);
  }

  async #reach(id: RouteId, input: Sent, signal: () => AbortSignal, revivals: number): Promise<Response> {
    try {
      const response = await this.#send(id, input, signal());
      this.#answered = true;
      if (response.status < 300 || response.status > 399) return response;
      throw redirected(response.headers.get("location"), this.#place);
    } catch (error) {
      if (error instanceof NoAnswer) throw error;
      const look = lookOf(id, input);
      // Only where no connection was made is it sure that nothing was done; what changes nothing can be asked again.
      const mayAskAgain = isRefused(error) || (look === undefined && isCut(error));
      if (!this.#revive || revivals === 0 || !mayAskAgain) throw this.#lost(error, look);
      this.#place = await this.#revive();
      return this.#reach(id, input, signal, revivals - 1);
    }
  }

  #send(id: RouteId, { params, query, headers, body }: Sent, signal: AbortSignal): Promise<Response> {
    const [method = "", path = ""] = paths[id].split(" ");
    const filled = path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params?.[name])));
    const { base, unix, token, proxy } = this.#place;
    return fetch(base + filled + queryText(query ?? {}), {
      method,
      headers: headersOf(headers, body !== undefined, token?.value),
      signal,
      redirect: "manual",
      // The runtime would hand a bearer to HTTP_PROXY, even for a private address.
      proxy: proxy ?? (false as unknown as string),
      ...(base.startsWith("https:") && { tls: tlsOf(this.#place) }),
      ...(unix !== undefined && { unix }),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  /** What a reply that is no success says, as the error that the daemon threw. */
  refusal(status: number, reply: unknown): KataError {
    const { code, message, ...more } = (reply as Partial<WireError> | null)?.error ?? {
      code: "error",
      message: `The daemon answered ${status} without saying why.`,
    };
    const known = (code in codes ? code : "error") as Code;
    const { token } = this.place;
    const from = ABOUT_TOKENS.has(code)
      ? token
        ? ` The token came from ${token.from}.`
        : " No token was sent: set KATA_AUTH_TOKEN, or [auth] token in config.toml."
      : "";
    return new KataError(known, `${message}${from}`, { ...more, status });
  }

  async #json(response: Response, look: string | undefined): Promise<unknown> {
    const { status, ok } = response;
    const text = await response.text().catch((error: unknown) => {
      throw this.#lost(error, look);
    });
    try {
      return JSON.parse(text) as unknown;
    } catch (cause) {
      const why = `it answered ${status} with something that is no JSON`;
      // What stands before a daemon answers so when the daemon's own reply was lost.
      if (look !== undefined && (ok || status >= 500)) throw noAnswer({ why, sent: true }, this.#place, look);
      throw new KataError("error", `${this.#place.name} answered ${status} with something that is no JSON; is that a kata daemon?`, {
        cause,
        status: 502,
      });
    }
  }

  #lost(error: unknown, look: string | undefined): Error {
    return noAnswer(faultOf(error, this.#place, this.#timeout_ms), this.#place, look);
  }
}

/** What is asked of an https server's certificate. */
function tlsOf({ ca, certificate }: Place): NonNullable<BunFetchRequestInit["tls"]> {
  // NODE_TLS_REJECT_UNAUTHORIZED=0 would let anybody answer.
  const strict = { rejectUnauthorized: true };
  if (certificate === undefined) return { ...strict, ...(ca !== undefined && { ca }) };
  const pinned = { allowPartialTrustChain: true, checkServerIdentity: () => undefined };
  return { ...strict, ca: certificate, ...pinned };
}

/** How to find out whether a change was made; undefined where nothing is changed, so that it may be sent again. */
function lookOf(id: RouteId, { params }: Sent): string | undefined {
  if (paths[id].startsWith("GET ") || id === "projects.resolve") return undefined;
  if (params?.["ref"] !== undefined) return `\`kata show ${params["ref"]}\``;
  if (id === "issues.create") return "`kata list --limit 5`";
  // No digest tells of tokens.
  if (id.startsWith("tokens.")) return "`kata tokens list`";
  return id.startsWith("projects.") ? "`kata projects list`" : "`kata digest --since 1h`";
}

type Sent = {
  params?: Record<string, string | number>;
  query?: Record<string, unknown>;
  headers?: Record<string, string | undefined>;
  body?: unknown;
};

function headersOf(given: Sent["headers"], hasBody: boolean, token: string | undefined): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(given ?? {})) if (value !== undefined) headers[name] = utf8Header(value);
  if (hasBody) headers["content-type"] = "application/json";
  if (token !== undefined) headers["authorization"] = `Bearer ${token}`;
  return headers;
}

function queryText(query: Record<string, unknown>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? value : [value]) if (each !== undefined) search.append(name, String(each));
  }
  const text = search.toString();
  return text === "" ? "" : `?${text}`;
}

/** Header values are bytes; the runtime takes them as Latin-1. */
function utf8Header(value: string): string {
  return /^[\x20-\x7e]*$/.test(value) ? value : Array.from(new TextEncoder().encode(value), (byte) => String.fromCharCode(byte)).join("");
}
