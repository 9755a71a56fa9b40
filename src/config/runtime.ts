import { namesIn, textAt } from "./files.ts";
import { join } from "./path.ts";

/** What a running daemon says of itself in its runtime folder (cli.md §5.1). */
export type RuntimeRecord = {
  pid: number;
  address: string;
  db_path: string;
  version?: string;
  started_at: string;
  /** [O] how it came to run: an explicit start may take over from an automatic one. */
  started_by?: "command" | "auto";
  /** [O] the automatic daemon whose place it took. */
  took_over_from?: number;
};

/** The records in a runtime folder; files that are none are passed over. */
export function readRecords(folder: string): RuntimeRecord[] {
  return namesIn(folder).flatMap((name) => {
    if (!/^daemon\.\d+\.json$/.test(name)) return [];
    try {
      const record = JSON.parse(textAt(join(folder, name)) ?? "") as RuntimeRecord;
      return typeof record.address === "string" && record.pid === Number(name.split(".")[1]) ? [record] : [];
    } catch {
      return [];
    }
  });
}

/** Who holds a database's lock, as it wrote itself into the lock's file. */
export type Holder = { pid: number; address: string; started_by: "command" | "auto"; version?: string };

/** Who holds the lock at `path`, or held it last; undefined while nobody has said so. */
export function holderOf(path: string): Holder | undefined {
  try {
    return JSON.parse(textAt(path) ?? "") as Holder;
  } catch {
    return undefined;
  }
}

/** What `daemon start` ends with when another holds the database's lock. */
export const LOCK_HELD = 75;
