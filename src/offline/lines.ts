import type { Kind } from "../store/kinds.ts";
import type { Row } from "../store/records.ts";

/** A record as a line of a JSONL file (data-model.md §13), its members in the order of the kind's columns. */
export function lineOf(kind: Kind, row: Row): string {
  let data = "";
  for (const { name, type, nullable, only } of kind.columns) {
    const value = row[name] ?? null;
    if (only === "kept" || (value === null && nullable === "omitted")) continue;
    data += `${data === "" ? "" : ","}"${name}":${type === "json" && value !== null ? value : JSON.stringify(value)}`;
  }
  return escaped(`{"kind":"${kind.name}","data":{${data}}}`);
}

/** The line of a record that is no row. */
export function lineOfData(kind: string, data: unknown): string {
  return escaped(JSON.stringify({ kind, data }));
}

/** What Go writes as escapes, the original writes so too: outside of strings JSON has none of them. */
function escaped(json: string): string {
  return json.replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** The first record says the format's version. */
export const VERSION_KEY = "export_version";
/** After the meta records: how many there are of each kind that follows, so that a file that was cut short is known as such. */
export const CONTENTS = "contents";
