import * as v from "valibot";
import { parseInteger } from "../core/integer.ts";
import { isJsonObject } from "../core/json.ts";
import { parseTime } from "../core/time.ts";

/** Texts are stored on both databases, and PostgreSQL has no NUL. */
const NO_NUL = v.check<string, string>((text) => !text.includes("\u0000"), "must not contain NUL");

export const Text = v.pipe(v.string("must be a text"), NO_NUL);
/** Its range is looked at after the project and the issue, by whoever sets it (http-api.md §2). */
export const Priority = v.pipe(
  v.number("must be an integer from 0 to 4"),
  v.integer("must be an integer from 0 to 4"),
  v.description("From 0, most urgent, to 4"),
);
export const Flag = v.boolean("must be true or false");
export const LinkTypes = v.picklist(
  ["parent", "blocks", "related"],
  ({ received }) => `must be parent, blocks or related, not ${received}`,
);

/** The library takes lists for objects, and a number that is kept raw. */
function objectsOnly<S extends v.GenericSchema>(schema: S): S {
  return { ...schema, "~run": (found, config) => schema["~run"](isJsonObject(found.value) ? found : { value: null }, config) };
}

const record = v.record(v.string(), v.unknown(), "must be an object");
/** An object as it was sent: the library would leave out some names, such as `constructor`. */
export const JsonObject: typeof record = {
  ...record,
  "~run": (found, config) => (isJsonObject(found.value) ? { typed: true, value: found.value } : record["~run"]({ value: null }, config)),
};

/** An optional member of a request: `null` is the same as leaving it out (http-api.md §1). */
export function maybe<const S extends v.GenericSchema>(schema: S) {
  return v.optional(v.nullable(schema));
}

/** A request's body: other members than these are refused. */
export function request<const E extends v.ObjectEntries>(entries: E) {
  return objectsOnly(
    v.strictObject(entries, (issue) => (issue.expected === "never" ? "is not a member of this request" : "must be an object")),
  );
}

/** The body of a change: it may name who makes it. */
export function changeRequest<const E extends v.ObjectEntries>(entries: E) {
  return request({ actor: maybe(Text), ...entries });
}

/** A list in a request; `null` is the empty one. */
export function listOf<const S extends v.GenericSchema>(schema: S) {
  return v.optional(
    v.pipe(
      v.nullable(v.array(schema, "must be a list")),
      v.transform((list): v.InferOutput<S>[] => list ?? []),
    ),
    [],
  );
}

/** An integer in a path or query. */
export function integerText(message = "must be an integer") {
  return v.pipe(
    v.string(),
    v.check(
      (text) => parseInteger(text) !== undefined,
      ({ received }) => `${message}, not ${received}`,
    ),
    v.transform((text) => parseInteger(text) ?? 0),
  );
}

/** A switch in a query: `true`, `1` or `false`, `0`. */
export const SwitchText = v.pipe(
  v.picklist(
    ["true", "false", "1", "0", "t", "f", "T", "F", "TRUE", "FALSE", "True", "False"],
    ({ received }) => `must be true or false, not ${received}`,
  ),
  v.transform((text) => /^(?:true|1|t)$/i.test(text)),
);

/** An RFC 3339 time in a query, as kata stores it. */
export const TimeText = v.pipe(
  v.string(),
  v.check(
    (text) => parseTime(text) !== undefined,
    ({ received }) => `must be an RFC 3339 time such as 2026-05-01T12:00:00Z, not ${received}`,
  ),
  v.transform((text) => parseTime(text) ?? text),
);

export const ProjectPath = v.object({ project_id: integerText() });
/** Of the routes that refuse 0 and less before they look (http-api.md §1). */
export const PositiveProjectPath = v.object({
  project_id: v.pipe(
    integerText(),
    v.minValue(1, ({ received }) => `must be 1 or more, not ${received}`),
  ),
});
export const IssuePath = v.object({ project_id: integerText(), ref: v.string() });
export const ActorQuery = v.object({ actor: v.optional(Text) });

/** `If-Match: "rev-N"`, as a revision (http-api.md §11). */
export const Revision = v.pipe(
  v.string('must be "rev-N" with the revision that was read'),
  v.regex(/^"rev-\d{1,19}"$/, ({ received }) => `must be "rev-N" with its quotes, not ${received}`),
  v.transform((tag) => Number(tag.slice(5, -1))),
);
