import type { Database as BunSqlite } from "bun:sqlite";
import { copyFileSync, existsSync } from "node:fs";
import { basename, join } from "node:path";
import type { Db } from "./db.ts";
import { dropUnfinished, scratchFolder } from "./durable-files.ts";
import { migrateSqlite, type Opening, schemaVersion } from "./migrate.ts";
import { copyDatabase } from "./snapshots.ts";
import { closeHandle, openReader, over } from "./sqlite.ts";

/** Reads a SQLite database of any schema up to `known` on one snapshot, beside whoever writes to it, and leaves it as it is. */
export async function readSqlite<T>(path: string, known: number, opening: Opening, work: (snapshot: Db) => Promise<T>): Promise<T> {
  const scratch = scratchFolder();
  const opened: BunSqlite[] = [];
  try {
    let db = openWhereItIs(path) ?? openReader(copyFiles(path, scratch));
    opened.push(db);
    if ((await schemaVersion(over(db))) < known) {
      const upgraded = join(scratch, "upgraded.db");
      await copyDatabase(db.filename, upgraded);
      await migrateSqlite(upgraded, opening, true);
      opened.push((db = openReader(upgraded)));
    }
    db.run("BEGIN");
    return await work(over(db));
  } finally {
    for (const db of opened) closeHandle(db);
    dropUnfinished(scratch);
  }
}

/** In a folder that can't be written, a database has no place for its WAL's index. */
function openWhereItIs(path: string): BunSqlite | undefined {
  try {
    return openReader(path);
  } catch (error) {
    if ((error as { code?: string }).code !== "SQLITE_CANTOPEN") throw error;
    return undefined;
  }
}

function copyFiles(path: string, folder: string): string {
  const copy = join(folder, basename(path));
  copyFileSync(path, copy);
  if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${copy}-wal`);
  return copy;
}
