import * as v from "valibot";
import { paths, type RouteId } from "../api/paths.ts";
import type { Input, Reply, Route } from "../api/route.ts";
import { type Routes, routes } from "../api/routes.ts";
import type { Listener } from "../config/listener.ts";
import { KataError } from "../core/error.ts";
import type { Principal } from "../core/principal.ts";
import { Answer } from "./answer.ts";
import { type Daemon } from "./daemon.ts";
import { admit, checkOrigin, CONTRACT, notHere } from "./guard.ts";
import { checkHost } from "./host.ts";
import { actorOf, identify } from "./identify.ts";
import { BODY_LIMIT, readJson } from "./json.ts";
import { isLeaving } from "./leaving.ts";
import { logError } from "./log.ts";

/** What a handler knows beside its input. */
export type Asked = { daemon: Daemon; listener: Listener; request: Request; principal: Principal };

export type Handler<Id extends RouteId> = (
  daemon: Daemon,
  input: Input<Routes[Id]>,
  asked: Asked,
) => Promise<Routes[Id]["reply"] extends "text/event-stream" ? Response : Reply<Routes[Id]> | Answer<Reply<Routes[Id]>>>;

export type Handlers = { [Id in RouteId]: Handler<Id> };

type AnyHandler = (daemon: Daemon, input: unknown, asked: Asked) => Promise<unknown>;
type Arrived = { listener: Listener; request: Request; server: Bun.Server<undefined> };
type Received = Arrived & { request: Bun.BunRequest<string>; principal: Principal };
type Served = (request: Bun.BunRequest<string>, server: Bun.Server<undefined>) => Promise<Response>;

/** The listener's part of what `Bun.serve` takes: the contract's routes, and an answer for whatever is none. */
export function serve(
  daemon: Daemon,
  listener: Listener,
  handlers: Handlers,
): { routes: Record<string, Served>; fetch: (request: Request, server: Bun.Server<undefined>) => Promise<Response> } {
  const byPath = Map.groupBy(Object.keys(paths) as RouteId[], (id) => paths[id].split(" ")[1] ?? "");
  const table: Record<string, Served> = {};
  for (const [path, ids] of byPath) {
    const methods = new Map(ids.map((id) => [paths[id].split(" ")[0] ?? "", id]));
    table[path] = (request, server) =>
      respond(daemon, { listener, request, server }, (principal) =>
        dispatch(daemon, { listener, request, server, principal }, methods, handlers),
      );
  }
  const fetch = (request: Request, server: Bun.Server<undefined>) =>
    respond(daemon, { listener, request, server }, async (principal) => stray(request, principal));
  return { routes: table, fetch };
}

async function respond(
  daemon: Daemon,
  { listener, request, server }: Arrived,
  work: (principal: Principal) => Promise<Response>,
): Promise<Response> {
  try {
    checkOrigin(request);
    checkHost(daemon, listener, request);
    const response = await work(await identify(daemon, listener, request, () => server.requestIP(request)?.address));
    if (isLeaving(server) && !response.headers.has("connection")) response.headers.set("connection", "close");
    return request.method === "HEAD" ? new Response(null, response) : response;
  } catch (thrown) {
    const error = KataError.from(thrown);
    if (error.code === "internal") logError(`${request.method} ${pathOf(request)}`, error.cause ?? error);
    if (error.code.startsWith("storage_")) daemon.storage.refused(error);
    return Response.json(error.toWire(), { status: error.status, headers: headersFor(error) });
  }
}

/** What a refusal says in its headers too. */
function headersFor({ code, data }: KataError): Record<string, string> {
  if (code === "auth_required") return { "www-authenticate": "Bearer" };
  if (code === "method_not_allowed") return { allow: (data as { allow: string }).allow };
  if (code === "rate_limited" || code === "storage_full")
    return { "retry-after": String((data as { retry_after_seconds: number }).retry_after_seconds) };
  return {};
}

/** Without the query, which is for the daemon and not for its log. */
const pathOf = (request: Request): string => new URL(request.url, "http://kata.invalid").pathname;

async function dispatch(
  daemon: Daemon,
  { listener, request, server, principal }: Received,
  methods: Map<string, RouteId>,
  handlers: Handlers,
): Promise<Response> {
  const id = methods.get(request.method) ?? (request.method === "HEAD" ? headOf(methods) : undefined);
  if (id === undefined) {
    admit(principal, "read", request);
    throw notAllowed(request, methods);
  }
  const route: Route = routes[id];
  admit(principal, route.needs, request);
  const handler = handlers[id] as AnyHandler;
  const input = await read(route, request, principal);
  // The work on a large body takes its time, and nothing moves on the connection meanwhile.
  if (route.limit !== undefined) server.timeout(request, 0);
  const answer = await handler(daemon, input, { daemon, listener, request, principal });
  if (answer instanceof Response) return answer;
  const { body, headers, status = route.status ?? 200 } = answer instanceof Answer ? (answer as Answer<unknown>) : new Answer(answer);
  if (body === null) return new Response(null, { status, headers });
  return Response.json(body, { status, headers });
}

/** HEAD works wherever GET does, except on the stream. */
function headOf(methods: Map<string, RouteId>): RouteId | undefined {
  const id = methods.get("GET");
  return id === "events.stream" ? undefined : id;
}

function notAllowed(request: Request, methods: Map<string, RouteId>): KataError {
  const allow = [...methods.keys(), ...(headOf(methods) === undefined ? [] : ["HEAD"])].join(", ");
  return new KataError("method_not_allowed", `${request.method} is not allowed here; allowed: ${allow}.`, {
    data: { allow },
    hint: CONTRACT,
  });
}

/** A path that is no route: cleaned of doubled slashes it may be one. Who may not read learns nothing of what there is. */
function stray(request: Request, principal: Principal): Response {
  admit(principal, "read", request);
  const { pathname, search } = new URL(request.url, "http://kata.invalid");
  if (pathname.includes("//"))
    return new Response(null, { status: 307, headers: { location: pathname.replaceAll(/\/{2,}/g, "/") + search } });
  throw notHere(request);
}

async function read(route: Route, request: Bun.BunRequest<string>, principal: Principal): Promise<unknown> {
  const params = route.params && check(route.params, request.params);
  const query = route.query && check(route.query, queryOf(route.query, request.url));
  const headers = route.headers && check(route.headers, headersOf(route.headers, request.headers));
  const body = route.body && check(route.body, await readJson(request, route.limit ?? BODY_LIMIT));
  const actor = route.actor && { actor: actorOf(principal, (route.actor === "body" ? body : query) as { actor?: unknown }) };
  return { params, query, headers, body, ...actor };
}

function check(schema: v.GenericSchema, value: unknown): unknown {
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  const shown = parsed.issues.slice(0, 3).map((issue) => `${v.getDotPath(issue) ?? "body"}: ${reason(issue)}`);
  const rest = parsed.issues.length - shown.length;
  throw new KataError("validation", shown.join("; ") + (rest > 0 ? ` (and ${rest} more)` : ""), { hint: CONTRACT });
}

function reason(issue: v.BaseIssue<unknown>): string {
  return issue.received === "undefined" ? "is required" : issue.message;
}

type Entries = Record<string, { type: string; wrapped?: { type: string } }>;
const entriesOf = (schema: v.GenericSchema): Entries => (schema as unknown as { entries: Entries }).entries;

/** A query as its schema wants it: a list where it says so, else the first value. */
function queryOf(schema: v.GenericSchema, url: string): Record<string, string | string[]> {
  const at = url.indexOf("?");
  const given = new URLSearchParams(at < 0 ? "" : url.slice(at + 1));
  const query: Record<string, string | string[]> = {};
  for (const [name, entry] of Object.entries(entriesOf(schema))) {
    const values = given.getAll(name);
    if (values.length > 0) query[name] = (entry.wrapped ?? entry).type === "array" ? values : (values[0] ?? "");
  }
  return query;
}

function headersOf(schema: v.GenericSchema, headers: Headers): Record<string, string> {
  const read: Record<string, string> = {};
  for (const name of Object.keys(entriesOf(schema))) {
    const value = headers.get(name);
    // Header values arrive as Latin-1, whatever was sent.
    if (value !== null) read[name] = Buffer.from(value, "latin1").toString("utf8");
  }
  return read;
}
