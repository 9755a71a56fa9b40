import { toJsonSchema } from "@valibot/to-json-schema";
import type { GenericSchema } from "valibot";
import { paths, type RouteId } from "./paths.ts";
import { refusalsOf } from "./refusals.ts";
import type { Route } from "./route.ts";
import { routes } from "./routes.ts";

type Json = Record<string, unknown>;

/** The contract as an OpenAPI 3.1 document. */
export function openApi(version: string): Json {
  const document: Record<string, Json> = {};
  for (const id of Object.keys(paths) as RouteId[]) {
    const [method = "", path = ""] = paths[id].split(" ");
    const place = path.replaceAll(/:(\w+)/g, "{$1}");
    (document[place] ??= {})[method.toLowerCase()] = operation(id, method, routes[id]);
  }
  return {
    openapi: "3.1.0",
    info: { title: "kata", version },
    paths: document,
    components: {
      schemas: { Error: ERROR },
      securitySchemes: { bearer: { type: "http", scheme: "bearer" } },
    },
  };
}

const ERROR = {
  type: "object",
  required: ["status", "error"],
  properties: {
    status: { type: "integer" },
    error: {
      type: "object",
      required: ["code", "message"],
      properties: { code: { type: "string" }, message: { type: "string" }, hint: { type: "string" }, data: {} },
    },
  },
};

function operation(id: RouteId, method: string, route: Route): Json {
  return {
    operationId: id,
    summary: route.summary,
    ...(route.needs !== "open" && { security: [{}, { bearer: [] }] }),
    parameters: [...parameters("path", route.params), ...parameters("query", route.query), ...parameters("header", route.headers)],
    ...(route.body && { requestBody: { required: true, content: { "application/json": { schema: jsonOf(route.body, "input") } } } }),
    responses: { [String(route.status ?? 200)]: good(route), ...refusals(method, route) },
  };
}

function good({ reply, status }: Route): Json {
  const description = status === 201 ? "Created" : status === 204 ? "Done" : "OK";
  if (reply === null) return { description };
  if (typeof reply === "string") return { description, content: { [reply]: { schema: { type: "string" } } } };
  return { description, content: { "application/json": { schema: jsonOf(reply, "output") } } };
}

function refusals(method: string, route: Route): Json {
  const byStatus = Map.groupBy(refusalsOf(method, route), ({ status }) => status);
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => [
      String(status),
      refusal(
        status,
        list.map(({ code }) => code),
      ),
    ]),
  );
}

/** An envelope with one of these codes. */
function refusal(status: number, list: readonly string[]): Json {
  const here = { properties: { status: { const: status }, error: { properties: { code: { enum: list } } } } };
  const schema = { allOf: [{ $ref: "#/components/schemas/Error" }, here] };
  return { description: list.join(", "), content: { "application/json": { schema } } };
}

function parameters(place: "path" | "query" | "header", schema: GenericSchema | undefined): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = jsonOf(schema, "input") as { properties?: Record<string, Json>; required?: string[] };
  return Object.entries(properties).map(([name, each]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    schema: each,
  }));
}

function jsonOf(schema: GenericSchema, typeMode: "input" | "output"): Json {
  const { $schema: _, ...rest } = toJsonSchema(schema, { typeMode, errorMode: "ignore" }) as Json;
  return rest;
}
