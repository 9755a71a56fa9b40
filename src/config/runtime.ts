import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

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
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    if (!/^daemon\.\d+\.json$/.test(name)) return [];
    try {
      const record = JSON.parse(readFileSync(join(folder, name), "utf8")) as RuntimeRecord;
      return typeof record.address === "string" && record.pid === Number(name.split(".")[1]) ? [record] : [];
    } catch {
      return [];
    }
  });
}

/** Writes a record whole or not at all, and gives what takes it away again. */
export function writeRecord(folder: string, record: RuntimeRecord): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `daemon.${record.pid}.json`);
  writeFileSync(`${path}.tmp`, JSON.stringify(record, null, 2), { mode: 0o644 });
  renameSync(`${path}.tmp`, path);
  return () => rmSync(path, { force: true });
}

/** Who holds a database's lock, as it wrote itself into the lock's file. */
export type Holder = { pid: number; address: string; started_by: "command" | "auto" };

/** Who holds the lock at `path`, or held it last; undefined while nobody has said so. */
export function holderOf(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Holder;
  } catch {
    return undefined;
  }
}

/** Takes away the records that dead daemons of ours left; for who holds the database's lock, which proves them dead. */
export function dropDeadRecords(folder: string): void {
  for (const { pid, started_by } of readRecords(folder)) {
    if (started_by !== undefined && pid !== process.pid) rmSync(join(folder, `daemon.${pid}.json`), { force: true });
  }
}

/** What `daemon start` ends with when another holds the database's lock. */
export const LOCK_HELD = 75;

/** The longest that a daemon takes to end after it was told to: who waits for that waits longer. */
export const STOP_MS = 25_000;
