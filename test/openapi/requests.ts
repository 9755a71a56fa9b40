import fc from "fast-check";
import { json, type Sent } from "./daemon.ts";
import type { Json, Operation } from "./document.ts";
import { Pick, Words, type World } from "./world.ts";

/** A request as it is made up: with picks in it, and what is done to its bytes in the end. */
export type Wanted = {
  /** The operation's name. */
  id: string;
  path: string;
  method: string;
  params: Json;
  query: readonly (readonly [string, unknown])[];
  headers: Json;
  body: unknown;
  damage: Damage;
};

const any = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const pick = (kind: Pick["kind"]): fc.Arbitrary<unknown> => fc.nat(11).map((nth) => new Pick(kind, nth));
/** Nearly always the one, and now and then the other. */
const often = <T, U>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<U>): fc.Arbitrary<T | U> =>
  fc.oneof({ arbitrary: usual, weight: 19 }, { arbitrary: rare, weight: 1 });
const mostly = (good: fc.Arbitrary<unknown>, ...others: unknown[]): fc.Arbitrary<unknown> => often(good, any(...others));

const ref = mostly(fc.oneof(pick("ref"), pick("uid")), "zzzz", "demo#zzzz", "nowhere#abc4", "#", "", "abc", "00000000000000000000000000");
const time = mostly(
  any("2026-03-01T12:00:00Z", "2026-03-02T12:00:00.123456Z", "2027-01-01T00:00:00+14:00", "1999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
  "",
  "yesterday",
  "2026-02-30T00:00:00Z",
  "0000-01-01T00:00:00+23:59",
);
const text = fc.oneof(
  any("ann", "ada", "Fix the login", "The cookie was dropped by a redirect; it is sent again now", "bug"),
  fc.lorem({ maxCount: 12 }),
  fc.string({ unit: "binary" }).map((each) => each.toWellFormed()),
  any("", " ", "\u0085", "\u202e", "😀", "x".repeat(5_000), "'; DROP TABLE issues; --", "%", "_", '"', "NEAR(a b)", "a* OR b"),
);
const number = mostly(fc.integer({ min: 0, max: 5 }), -1, 2 ** 31, 2 ** 53, 1.5, -0, 1e21);

/** What is given for a member or parameter of this name, whatever its schema says beside. */
const named: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  project_id: mostly(pick("project"), "0", "-1", "999999", "9223372036854775807", "9223372036854775808", "1.0", "x", "", " 1"),
  source_project_id: mostly(pick("project"), 0, -1, 999_999, 2 ** 53),
  ref,
  to_ref: ref,
  set_parent: ref,
  remove_parent: ref,
  issue_ref: ref,
  parent: ref,
  uid: mostly(
    fc.oneof(pick("uid"), pick("recurrence")),
    "0",
    "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    "01k",
    "ILOU56789",
    "ffffffffffffffffffffffffffff",
  ),
  to_project_uid: mostly(pick("project uid"), "", "nowhere"),
  link_id: mostly(pick("link"), "0", "-1", "999999", "x"),
  alias_id: mostly(pick("alias"), "0", "-1", "x"),
  token_id: mostly(pick("token"), "0", "-1", "x"),
  actor: mostly(any("ann", "ada", "tester"), "", " ", "\n"),
  label: mostly(any("bug", "ui", "area:db"), "Bug", "", "x".repeat(65), "a b"),
  labels: fc.array(any("bug", "ui", "area:db", "x.y"), { maxLength: 3 }),
  name: mostly(fc.oneof(pick("name"), fc.stringMatching(/^[a-z]{1,3}$/)), "", " ", "a#b", "a\nb", "constructor", "😀"),
  target_name: mostly(fc.oneof(pick("name"), any("merged")), "", "a#b"),
  identity: mostly(fc.oneof(pick("identity"), any("example.org/tools", "local:///tmp/nowhere")), "", "a b"),
  kind: mostly(any("git", "local"), "svn"),
  root_path: mostly(any("/tmp/nowhere"), "", " "),
  start_path: any("", "/nowhere", "/dev/null", "\u0000"),
  alias_kind: any("git"),
  status: mostly(any("open", "closed"), "", "all"),
  reason: mostly(any("done", "wontfix", "duplicate", "superseded", "audit-no-change"), "", "boredom"),
  source: mostly(any("tui", "beads", "s"), "", " "),
  external_id: mostly(any("1", "2", "3", "4", "5"), "", " "),
  target_external_id: mostly(any("1", "2", "3", "4", "5"), "", "9"),
  type: mostly(any("parent", "blocks", "related", "commit", "duplicate-of"), "", "constructor", "__proto__"),
  sha: mostly(any("1a2b3c4"), "xyz", ""),
  rrule: mostly(
    any("FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,WE", "FREQ=DAILY;COUNT=2", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"),
    "",
    "FREQ=NEVER",
    "FREQ=DAILY;INTERVAL=0",
  ),
  dtstart: mostly(any("2026-03-01", "2024-02-29"), "", "2026-02-30", "9999-12-31"),
  timezone: mostly(any("UTC", "Europe/Berlin", "America/New_York"), "", "Mars/Olympus"),
  priority: fc.oneof(number, any(null)),
  set_priority: number,
  created_at: time,
  updated_at: time,
  closed_at: time,
  since: time,
  until: time,
  "if-match": mostly(pick("revision"), '"rev-1"', "rev-1", '"rev-99999999999999999999"', "*", ""),
  "x-kata-confirm": mostly(
    any("DELETE", "PURGE").map((verb) => new Words(verb)),
    "",
    "yes",
  ),
  "idempotency-key": mostly(any("once", "twice"), "", "\u00e9\u4e16", "x".repeat(300)),
  "last-event-id": any("0", "1", "-1", "x", ""),
  accept: mostly(any("text/event-stream"), "*/*", "text/html", ""),
  metadata: fc.dictionary(any("scheduled_on", "someday", "timezone", "area", "x", "__proto__"), fc.jsonValue({ maxDepth: 2 }), {
    maxKeys: 3,
  }),
  patch: fc.dictionary(
    any("scheduled_on", "someday", "checklist", "area", "x", "constructor"),
    fc.oneof(any<unknown>(null, true, "2026-03-01"), fc.jsonValue({ maxDepth: 2 })),
    {
      maxKeys: 3,
    },
  ),
  limit: mostly(fc.integer({ min: 1, max: 20 }).map(String), "0", "-1", "9223372036854775807", "x", ""),
  after_id: mostly(fc.nat(50).map(String), "-1", "x", "9007199254740991"),
  include_deleted: mostly(any("true", "false", "1"), "yes", ""),
  force: mostly(any("true", "false"), "yes"),
  no_evidence: mostly(any("true", "false"), "maybe"),
};

/** A value that a schema of the document takes, or one that its name asks for. */
function valueOf(schema: Json, name = ""): fc.Arbitrary<unknown> {
  const own = Object.hasOwn(named, name) ? named[name] : undefined;
  if (own) return own;
  const { anyOf, enum: choices, type, items, properties, required } = schema as Described;
  if (anyOf) return fc.oneof(...anyOf.map((each) => valueOf(each, name)));
  if (choices) return any(...choices);
  if (type === "array") return fc.array(valueOf(items ?? {}, name), { maxLength: 3 });
  if (type === "object" && properties) return objectOf(properties, required);
  if (type === "string") return /^(?:add|remove)_/.test(name) ? ref : text;
  if (type === "boolean") return fc.boolean();
  if (type === "null") return any(null);
  return type === "integer" || type === "number" ? number : fc.jsonValue({ maxDepth: 2 });
}

type Described = { anyOf?: Json[]; enum?: unknown[]; type?: string; items?: Json; properties?: Record<string, Json>; required?: string[] };

function objectOf(properties: Record<string, Json>, required: readonly string[] = []): fc.Arbitrary<Json> {
  const members = Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, valueOf(schema, name)]));
  return fc.record(members, { requiredKeys: Object.keys(members).filter((name) => name === "actor" || required.includes(name)) });
}

const odd = fc.oneof(
  any<unknown>(null, true, "", " ", -1, 2 ** 53, 1.5, [], {}, [[]], { actor: "ann" }, "\u0000", "x".repeat(5_000)),
  fc.jsonValue({ maxDepth: 2, noUnicodeString: false }),
);

/** What is done to a body's JSON: a member goes, comes, or becomes something else. */
const edit = fc.record({ kind: any("drop" as const, "add" as const, "put" as const), nth: fc.nat(20), value: odd });
type Edit = { kind: "drop" | "add" | "put"; nth: number; value: unknown };

function edited(body: unknown, { kind, nth, value }: Edit): unknown {
  const places: [holder: Json | unknown[], name: string][] = [];
  const copy = structuredCopy(body, places);
  const [holder, name] = places[nth % places.length] ?? [];
  if (!holder || name === undefined) return value;
  const members = holder as Json;
  if (kind === "drop" && !Array.isArray(holder)) delete members[name];
  else members[kind === "add" && !Array.isArray(holder) ? "surprise" : name] = value;
  return copy;
}

function structuredCopy(value: unknown, places: [Json | unknown[], string][]): unknown {
  if (typeof value !== "object" || value === null || value instanceof Pick || value instanceof Words) return value;
  const copy: Json | unknown[] = Array.isArray(value) ? [] : {};
  for (const [name, member] of Object.entries(value)) {
    (copy as Json)[name] = structuredCopy(member, places);
    places.push([copy, name]);
  }
  return copy;
}

/** What is done to a body's bytes. */
const damages = {
  none: (bytes: Uint8Array) => bytes,
  cut: (bytes: Uint8Array, at: number) => bytes.subarray(0, at % (bytes.length + 1)),
  stray: (bytes: Uint8Array, at: number) => {
    const edge = at % (bytes.length + 1);
    return joined(bytes.subarray(0, edge), new Uint8Array([at % 256]), bytes.subarray(edge));
  },
  mark: (bytes: Uint8Array) => joined(new Uint8Array([0xef, 0xbb, 0xbf]), bytes),
  more: (bytes: Uint8Array) => joined(bytes, json({})),
  twice: (bytes: Uint8Array) => joined(new TextEncoder().encode('{"actor":"ann",'), bytes.subarray(1)),
  far: () => new TextEncoder().encode('{"actor":"ann","priority":1e400,"patch":{"x":-0.0e-999,"y":123456789012345678901234567890}}'),
  half: () => new TextEncoder().encode('{"actor":"ann","title":"\\ud800","patch":{"\\udc00":1}}'),
  deep: (_: Uint8Array, at: number) => new TextEncoder().encode(`{"actor":"ann","patch":{"x":${"[".repeat(at)}${"]".repeat(at)}}}`),
} as const satisfies Record<string, (bytes: Uint8Array, at: number) => Uint8Array>;
type Damage = { kind: keyof typeof damages; at: number };

const joined = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

const damage: fc.Arbitrary<Damage> = fc.record({
  kind: often(any("none" as const), any(...(Object.keys(damages) as Damage["kind"][]))),
  at: fc.nat(3_000),
});

/** Headers that have nothing to do with what is asked for. */
const strayHeaders = often(
  any<Json>({}),
  any<Json>(
    { origin: "https://example.org" },
    { "content-type": "text/plain" },
    { "content-type": "application/json; charset=utf-8" },
    { "content-type": "application/merge+json" },
    { "x-http-method-override": "DELETE" },
    { authorization: "Bearer wrong" },
    { host: "example.org" },
    { "content-encoding": "gzip" },
    { expect: "nothing" },
  ),
);

/** A request for one of the operations: mostly as the document wants it. */
export function requestFor(operations: readonly Operation[]): fc.Arbitrary<Wanted> {
  return fc.oneof(...operations.map((operation) => ({ arbitrary: wantedOf(operation), weight: operation.method === "GET" ? 1 : 3 })));
}

function wantedOf(operation: Operation): fc.Arbitrary<Wanted> {
  const { id, path, method, parameters, body } = operation;
  const given = (place: string) => {
    const own = parameters.filter((each) => each.in === place);
    const values = Object.fromEntries(own.map(({ name, schema }) => [name, valueOf(schema, name)]));
    return fc.record(values, { requiredKeys: own.filter(({ required, name }) => required || name === "actor").map(({ name }) => name) });
  };
  const strayQuery = often(any<Json>({}), any<Json>({ limit: "3" }, { surprise: "1" }, { "": "" }));
  const query = fc.tuple(given("query"), strayQuery).map(([own, stray]) => Object.entries({ ...own, ...stray }));
  const edits = often(any(undefined), edit);
  const whole = body ? fc.tuple(valueOf(body), edits).map(([value, change]) => (change ? edited(value, change) : value)) : any(undefined);
  return fc.record({
    id: any(id),
    path: any(path),
    method: often(any(method), any("GET", "POST", "PATCH", "DELETE", "PUT", "HEAD", "OPTIONS")),
    params: given("path"),
    query,
    headers: fc.tuple(given("header"), strayHeaders).map(([own, stray]) => ({ ...own, ...stray })),
    body: whole,
    damage,
  });
}

/** The request as it goes out, with what is known put in for what it picks. */
export function sentOf({ path: template, method, params, query, headers, body, damage: { kind, at } }: Wanted, world: World): Sent {
  const project = world.fill(params["project_id"]);
  const filled = world.fill(params, { project }) as Json;
  const fill = (value: unknown) => world.fill(value, { project, ref: filled["ref"] });
  const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(name === "project_id" ? project : filled[name])),
  );
  const search = new URLSearchParams(query.map(([name, value]): [string, string] => [name, String(fill(value))])).toString();
  const bytes = body === undefined ? undefined : damages[kind](json(fill(body)), at);
  return {
    method,
    path: search === "" ? path : `${path}?${search}`,
    headers: {
      ...(bytes && { "content-type": "application/json" }),
      ...Object.fromEntries(Object.entries(fill(headers) as Json).map(([name, value]) => [name, latin1(String(value))])),
    },
    body: method === "GET" || method === "HEAD" ? undefined : bytes,
  };
}

/** A header's value, whose characters are bytes. */
const latin1 = (value: string): string => Buffer.from(value.replaceAll(/\p{Cc}/gu, ""), "utf8").toString("latin1");
