import { Database as BunSqlite } from "bun:sqlite";
import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Db } from "./db.ts";
import { migrateSqlite, type Opening, schemaVersion } from "./migrate.ts";
import { copyDatabase } from "./snapshots.ts";
import { closeHandle, over } from "./sqlite.ts";

/** Reads a SQLite database of any schema up to `known` on one snapshot, beside whoever writes to it, and leaves it as it is. */
export async function readSqlite<T>(path: string, known: number, opening: Opening, work: (snapshot: Db) => Promise<T>): Promise<T> {
  const scratch = mkdtempSync(join(tmpdir(), "kata-read-"));
  const opened: BunSqlite[] = [];
  try {
    let db = openReader(path) ?? openReader(copyFiles(path, scratch), true);
    opened.push(db);
    if ((await schemaVersion(over(db))) < known) {
      const upgraded = join(scratch, "upgraded.db");
      await copyDatabase(db.filename, upgraded);
      await migrateSqlite(upgraded, opening, true);
      opened.push((db = openReader(upgraded, true)));
    }
    db.run("BEGIN");
    return await work(over(db));
  } finally {
    for (const db of opened) closeHandle(db);
    rmSync(scratch, { recursive: true });
  }
}

function openReader(path: string, must: true): BunSqlite;
function openReader(path: string): BunSqlite | undefined;
function openReader(path: string, must = false): BunSqlite | undefined {
  // Opened for reading alone, it would leave an empty WAL beside the file.
  const db = new BunSqlite(path, { readwrite: true, strict: true });
  try {
    db.run("PRAGMA busy_timeout = 5000");
    db.run("PRAGMA query_only = ON");
    db.query("SELECT 1 FROM sqlite_schema").get();
    return db;
  } catch (error) {
    db.close();
    // In a folder that can't be written, it has no place for the WAL's index.
    if (must || (error as { code?: string }).code !== "SQLITE_CANTOPEN") throw error;
    return undefined;
  }
}

function copyFiles(path: string, folder: string): string {
  const copy = join(folder, basename(path));
  copyFileSync(path, copy);
  if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${copy}-wal`);
  return copy;
}
