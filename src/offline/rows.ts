import { isJsonObject } from "../core/json.ts";
import { parseTime } from "../core/time.ts";
import type { Column } from "../store/columns.ts";
import type { Kind } from "../store/kinds.ts";
import type { Row } from "../store/records.ts";
import { badLine, type FileRecord } from "./read-records.ts";

/** Counts things by name. */
export type Tally = Map<string, number>;

export function count(tally: Tally, name: string): void {
  tally.set(name, (tally.get(name) ?? 0) + 1);
}

/** A record's members as columns, each of its type; null where it says nothing. Members that the kind does not have are counted. */
export function rowOf(kind: Kind, { line, data }: FileRecord, unknown: Tally): Row {
  const row: Row = {};
  for (const column of kind.columns) {
    const value = Object.hasOwn(data, column.name) ? data[column.name] : undefined;
    row[column.name] = value == null ? (column.fallback ?? null) : valueOf(kind, column, value, line);
  }
  for (const name of Object.keys(data)) if (!Object.hasOwn(row, name)) count(unknown, `${kind.name}.${name}`);
  return row;
}

/** Refuses a row in which something is missing that must be there. */
export function checkWhole(kind: Kind, row: Row, line: number): void {
  const missing = kind.columns.find(({ name, nullable, only }) => row[name] == null && !nullable && only !== "told");
  if (missing) throw badLine(line, `${kind.name}: ${missing.name} is missing`);
}

function valueOf(kind: Kind, { name, type }: Column, value: unknown, line: number): string | number {
  const [read, wanted] = readers[type];
  const found = read(value, name);
  if (found !== undefined) return found;
  throw badLine(line, `${kind.name}: ${name} must be ${wanted}, not ${shown(value)}`);
}

const readers: Record<Column["type"], [(value: unknown, name: string) => string | number | undefined, string]> = {
  int: [(value) => (typeof value === "number" && Number.isSafeInteger(value) ? value : undefined), "a whole number"],
  text: [(value) => (typeof value === "string" ? value : undefined), "a text"],
  time: [(value) => (typeof value === "string" ? inUtc(value) : undefined), "a time such as 2026-03-01T12:00:00.000Z"],
  json: [
    (value, name) => ((name.endsWith("labels") ? Array.isArray(value) : isJsonObject(value)) ? JSON.stringify(value) : undefined),
    "an object, or a list of labels",
  ],
};

/** Times as kata writes them, but for the last days of a month, which not all months have. */
const USUAL = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/** Times are compared as texts, so all are written in one way. */
const inUtc = (time: string): string | undefined => (USUAL.test(time) ? time : parseTime(time));

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
