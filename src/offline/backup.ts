import { createReadStream, existsSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Home } from "../config/home.ts";
import { LocalError } from "../core/error.ts";
import { fileStamp } from "../core/time.ts";
import { readStore } from "../store/open.ts";
import { copyDatabase } from "../store/snapshots.ts";
import { type Counts, exportRecords } from "./export-records.ts";
import type { Watch } from "./import-records.ts";
import { openingOf } from "./opening.ts";
import { Order } from "./order.ts";
import { writeOutput } from "./outputs.ts";
import { readRecords } from "./read-records.ts";
import { count, rowOf, type Tally } from "./rows.ts";

export type BackupRequest = { home: Home; output: string | undefined; watch: Watch; notice(line: string): void };

/** Where a backup is, and what is in it: records of each kind. */
export type Backup = { snapshot: string; export: string; counts: Counts };

/**
 * Copies the database as it is at one moment, and writes the same as JSONL, beside whoever writes to it. Both are read again
 * before they are told of.
 */
export async function backUp({ home, output, watch, notice }: BackupRequest): Promise<Backup> {
  const { snapshot, jsonl } = placesOf(output);
  if (!existsSync(home.db))
    throw new LocalError("not_found", `There is no database at ${home.db}.`, "KATA_HOME and KATA_DB say where it is.");
  for (const path of [snapshot, jsonl]) {
    if (existsSync(path)) throw new LocalError("validation", `${path} exists.`, "Name another --output.");
  }
  await copyDatabase(home.db, snapshot);
  try {
    const options = { include_deleted: true, compatible: false };
    const counts = await readStore(snapshot, openingOf(notice), (db) =>
      writeOutput(home, jsonl, (write) => exportRecords(db, options, write)),
    );
    await checkExport(jsonl, counts, watch);
    return { snapshot, export: jsonl, counts };
  } catch (error) {
    for (const path of [snapshot, jsonl]) rmSync(path, { force: true });
    throw error;
  }
}

/** A folder gets files with names of their own; a file gets the export beside it. */
function placesOf(output: string | undefined): { snapshot: string; jsonl: string } {
  const path = resolve(output ?? ".");
  const isFolder = output === undefined || output.endsWith("/") || (existsSync(path) && statSync(path).isDirectory());
  const stem = isFolder ? join(path, `kata-backup-${fileStamp(new Date().toISOString())}`) : path.replace(/\.(db|jsonl)$/, "");
  return { snapshot: `${stem}.db`, jsonl: `${stem}.jsonl` };
}

/** Reads an export as an import would, and counts. */
async function checkExport(path: string, counts: Counts, watch: Watch): Promise<void> {
  const order = new Order();
  const found: Tally = new Map();
  let done = 0;
  for await (const record of readRecords(createReadStream(path, { highWaterMark: 1 << 20 }))) {
    const kind = order.kindOf(record);
    if (++done % 1_000 === 0) await watch(done);
    if (!kind) continue;
    rowOf(kind, record, new Map());
    count(found, kind.name);
  }
  for (const [name, n] of Object.entries(counts)) {
    if (found.get(name) !== n)
      throw new LocalError(
        "internal",
        `${path} has ${found.get(name) ?? 0} ${name} records, and should have ${n}.`,
        "Try again, perhaps on another disk.",
      );
  }
}
