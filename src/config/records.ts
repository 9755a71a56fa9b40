import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "./path.ts";
import { readRecords, type RuntimeRecord } from "./runtime.ts";

/** Writes a record whole or not at all, and gives what takes it away again. */
export function writeRecord(folder: string, record: RuntimeRecord): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `daemon.${record.pid}.json`);
  writeFileSync(`${path}.tmp`, JSON.stringify(record, null, 2), { mode: 0o644 });
  renameSync(`${path}.tmp`, path);
  return () => rmSync(path, { force: true });
}

/** Takes away the records that dead daemons of ours left; for who holds the database's lock, which proves them dead. */
export function dropDeadRecords(folder: string): void {
  for (const { pid, started_by } of readRecords(folder)) {
    if (started_by !== undefined && pid !== process.pid) rmSync(join(folder, `daemon.${pid}.json`), { force: true });
  }
}
