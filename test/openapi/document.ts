import { type Schema, Validator } from "@cfworker/json-schema";

export type Json = Record<string, unknown>;

type Parameter = { name: string; in: "path" | "query" | "header"; schema: Json; required: boolean };
type Described = {
  operationId: string;
  parameters: Parameter[];
  requestBody?: { content: { "application/json": { schema: Json } } };
  responses: Record<string, { description: string; content?: Record<string, { schema: Json }> }>;
};

/** One operation of a daemon's OpenAPI document. */
export type Operation = {
  id: string;
  method: string;
  /** The whole path, with its parameters in braces. */
  path: string;
  parameters: readonly Parameter[];
  body: Json | undefined;
  /** What judges a reply's body, by status; undefined where there is no JSON in it. */
  replies: ReadonlyMap<number, Validator | undefined>;
  /** Each refusal as `<id> <status> <code>`. */
  refusals: readonly string[];
};

/** What came back for a request. */
export type Reply = { status: number; headers: Headers; text: string };

/** The operations of a document, as only the document tells. */
export function operationsOf(document: Json): Operation[] {
  const { paths, components } = document as { paths: Record<string, Record<string, Described>>; components: { schemas: { Error: Json } } };
  const schemas = { Error: closed(components.schemas.Error) };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId: id, parameters, requestBody, responses }]): Operation => {
      const replies = Object.entries(responses).map(([status, { content = {} }]) => {
        const schema = content["application/json"]?.schema;
        return [Number(status), schema && validator(Number(status) < 300 ? closed(schema) : schema, schemas)] as const;
      });
      const refusals = Object.entries(responses).flatMap(([status, { description }]) =>
        Number(status) < 300 ? [] : description.split(", ").map((code) => `${id} ${status} ${code}`),
      );
      const body = requestBody?.content["application/json"].schema;
      return { id, method: method.toUpperCase(), path, parameters, body, replies: new Map(replies), refusals };
    }),
  );
}

function validator(schema: Json, schemas: Json): Validator {
  return new Validator({ ...schema, components: { schemas } } as Schema, "2020-12", true);
}

/** The schema with every object in it taken to have the members that it names, and no others. */
function closed(schema: unknown): Json {
  const seen = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(seen);
    if (typeof value !== "object" || value === null) return value;
    const copy = Object.fromEntries(Object.entries(value).map(([name, member]) => [name, seen(member)]));
    const isObject = typeof copy["properties"] === "object" && copy["type"] === "object";
    return isObject && !("additionalProperties" in copy) ? { ...copy, additionalProperties: false } : copy;
  };
  return seen(schema) as Json;
}

/** The operation that a request goes to, as a router finds it: fixed words before parameters. */
export function operationAt(operations: readonly Operation[], method: string, pathname: string): Operation | undefined {
  const parts = pathname.split("/");
  const fitting = operations.filter(({ path }) => {
    const wanted = path.split("/");
    return wanted.length === parts.length && wanted.every((part, i) => part === parts[i] || (part.startsWith("{") && parts[i] !== ""));
  });
  const words = (path: string) => path.split("/").filter((part) => !part.startsWith("{")).length;
  const most = Math.max(...fitting.map(({ path }) => words(path)));
  return fitting.find((each) => each.method === method && words(each.path) === most);
}

/** The refusal of a reply, as an operation lists it; undefined for one that is good. Whatever is not as documented is thrown. */
export function judged(operation: Operation, { status, headers, text }: Reply): string | undefined {
  if (status >= 500) throw new Error(`${operation.id}: a fault of the daemon's own: ${status} ${text}`);
  if (!operation.replies.has(status)) throw new Error(`${operation.id}: ${status} is not documented: ${text}`);
  const wanted = operation.replies.get(status);
  if (!wanted) {
    if (status === 204 && text !== "") throw new Error(`${operation.id}: 204 with a body: ${text}`);
    return undefined;
  }
  checkType(operation.id, headers, text);
  const { valid, errors } = wanted.validate(JSON.parse(text));
  const found = errors.slice(-2).map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`);
  if (!valid) throw new Error(`${operation.id}: ${status} is not as documented: ${found.join("; ")}\n${text}`);
  return status < 300 ? undefined : `${operation.id} ${status} ${codeOf(text)}`;
}

/** Sees that the reply to a request for nothing that is documented is a refusal in the common form. */
export function judgedStray({ status, headers, text }: Reply): void {
  if (status === 307) return;
  if (status >= 500 || status < 400) throw new Error(`${status} for what is no route: ${text}`);
  checkType("no route", headers, text);
  const { status: told, error } = JSON.parse(text) as { status: number; error: { code: string; message: string } };
  if (told !== status || !error.code || !error.message) throw new Error(`no route: not an error envelope: ${text}`);
}

const codeOf = (text: string): string => (JSON.parse(text) as { error: { code: string } }).error.code;

function checkType(what: string, headers: Headers, text: string): void {
  const type = headers.get("content-type") ?? "";
  if (!type.startsWith("application/json")) throw new Error(`${what}: the reply is ${type || "of no type"}: ${text}`);
}
