import { KataError } from "./error.ts";
import { isDate } from "./time.ts";
import { isTimezone } from "./timezone.ts";
import { isUlid } from "./ulid.ts";

export type Metadata = Record<string, unknown>;
export type Diff = Record<string, { from: unknown; to: unknown }>;

type Check = { fits(value: unknown): boolean; rule: string };

const date: Check = { fits: (value) => typeof value === "string" && isDate(value), rule: "a day as YYYY-MM-DD" };

/** Keys of issues whose values have a type (data-model.md §9); all others are taken as they are. */
const issueKeys: Record<string, Check> = {
  scheduled_on: date,
  deadline_on: date,
  someday: { fits: (value) => typeof value === "boolean", rule: "true or false" },
  timezone: { fits: (value) => typeof value === "string" && isTimezone(value), rule: "an IANA time zone such as Europe/Berlin" },
  checklist: { fits: (value) => Array.isArray(value) && value.every(isItem), rule: "a list of {id: ULID, text, done}" },
};

const projectKeys: Record<string, Check> = {
  area: { fits: (value) => typeof value === "string", rule: "a text" },
};

function isItem(item: unknown): boolean {
  if (typeof item !== "object" || item === null) return false;
  const { id, text, done, ...rest } = item as Metadata;
  return typeof id === "string" && isUlid(id) && typeof text === "string" && typeof done === "boolean" && Object.keys(rest).length === 0;
}

/** Refuses values of reserved keys that are not of their type; null takes a key away, so it always fits. */
export function checkMetadata(of: "issue" | "project", patch: Metadata): void {
  const keys = of === "issue" ? issueKeys : projectKeys;
  for (const [key, value] of Object.entries(patch)) {
    const check = Object.hasOwn(keys, key) ? keys[key] : undefined;
    if (!check || value === null || check.fits(value)) continue;
    throw new KataError("invalid_metadata_value", `${key}: must be ${check.rule}, not ${JSON.stringify(value)}`);
  }
}

/** What a patch makes of metadata, and what differs then: by value, whatever the order of keys. */
export function patchMetadata(before: Metadata, patch: Metadata): { after: Metadata; diff: Diff } {
  const after = new Map(Object.entries(before));
  const diff = new Map<string, { from: unknown; to: unknown }>();
  for (const [key, to] of Object.entries(patch)) {
    const from = Object.hasOwn(before, key) ? before[key] : null;
    if (normal(from) === normal(to)) continue;
    diff.set(key, { from, to });
    if (to === null) after.delete(key);
    else after.set(key, to);
  }
  return { after: Object.fromEntries(after), diff: Object.fromEntries(diff) };
}

/** A value as text that is the same for every order of its keys. */
function normal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(normal).join(",")}]`;
  if (typeof value !== "object" || value === null || JSON.stringify(value)[0] !== "{") return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${normal(member)}`).join(",")}}`;
}

/** Refuses a change to what has become another revision since it was read. */
export function checkRevision(what: string, revision: number, wanted: number): void {
  if (revision === wanted) return;
  throw new KataError("revision_conflict", `${what} revision is ${revision}`, {
    hint: `It was changed since revision ${wanted}: read it again, and send If-Match: "rev-${revision}".`,
  });
}
