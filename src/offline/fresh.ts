import { VERSION_KEY } from "./lines.ts";
import { EVERYTHING } from "../store/scopes.ts";
import type { Place } from "./place.ts";

/** A new database: rows keep their ids, and it takes on the file's identity unless it is to have one of its own. */
export function freshPlace(newInstance: boolean): Place {
  // Its tables are this kata's, whatever schema the file was written from.
  const own = new Set([VERSION_KEY, "schema_version", ...(newInstance ? ["instance_uid"] : [])]);
  return {
    isMerge: false,
    idOf: (_, id) => id,
    isTaken: () => Promise.resolve(false),
    scope: () => EVERYTHING,
    placed: (kind, row) => Promise.resolve(kind.name === "meta" && own.has(String(row["key"])) ? undefined : row),
  };
}
