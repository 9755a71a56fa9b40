import { paths, type RouteId } from "../api/paths.ts";
import type { Reply } from "../api/route.ts";
import type { Routes } from "../api/routes.ts";
import { type Code, codes, KataError, LocalError, type WireError } from "../core/error.ts";
import { checkTokenShape } from "../core/token.ts";
import type { Send } from "./send.ts";

export type Place = {
  /** The address as it is shown to people. */
  name: string;
  origin: string;
  unix?: string;
  /** A bearer, and where it came from. */
  token?: { value: string; from: string } | undefined;
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
    if (place.token) checkTokenShape(place.token.value, place.token.from);
    this.#place = place;
    this.#timeout_ms = timeoutMs;
    this.#revive = revive;
  }

  get place(): Place {
    return this.#place;
  }

  /** Calls a route. Refusals of the daemon are thrown as KataError; a daemon that does not answer as LocalError. */
  async call<Id extends RouteId>(id: Id, input: Send<Routes[Id]>): Promise<Reply<Routes[Id]>> {
    const response = await this.#reach(id, input as Sent, () => AbortSignal.timeout(this.#timeout_ms), REVIVALS);
    if (response.status === 204) return null as Reply<Routes[Id]>;
    const reply = await this.#json(response);
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
      return response;
    } catch (error) {
      // Only where no connection was made is it sure that nothing was done.
      if (!this.#revive || revivals === 0 || !isRefused(error)) throw this.#unreachable(error);
      this.#place = await this.#revive();
      return this.#reach(id, input, signal, revivals - 1);
    }
  }

  #send(id: RouteId, { params, query, headers, body }: Sent, signal: AbortSignal): Promise<Response> {
    const [method = "", path = ""] = paths[id].split(" ");
    const filled = path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params?.[name])));
    const { origin, unix, token } = this.#place;
    return fetch(origin + filled + queryText(query ?? {}), {
      method,
      headers: headersOf(headers, body !== undefined, token?.value),
      signal,
      redirect: "manual",
      // The runtime would hand a bearer to HTTP_PROXY, even for a private address.
      proxy: false as unknown as string,
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

  async #json(response: Response): Promise<unknown> {
    try {
      return await response.json();
    } catch (cause) {
      throw new KataError(
        "error",
        `${this.place.name} answered ${response.status} with something that is no JSON; is that a kata daemon?`,
        { cause, status: 502 },
      );
    }
  }

  #unreachable(error: unknown): Error {
    if (error instanceof DOMException && error.name === "TimeoutError") {
      return new LocalError(
        "internal",
        `The daemon at ${this.place.name} did not answer within ${this.#timeout_ms} ms.`,
        "Set KATA_HTTP_TIMEOUT (such as 30s) to wait longer.",
      );
    }
    return new LocalError(
      "daemon_unavailable",
      `No daemon answers at ${this.place.name}.`,
      "Check the address, and that the daemon runs there.",
    );
  }
}

function isRefused(error: unknown): boolean {
  return ["ConnectionRefused", "FailedToOpenSocket", "ENOENT", "ECONNREFUSED"].includes((error as { code?: string }).code ?? "");
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
