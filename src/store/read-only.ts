import { constants, Database as BunSqlite } from "bun:sqlite";
import { existsSync, statSync } from "node:fs";
import { codeOf } from "./storage.ts";

/**
 * Opens a database to read it, writes nothing, neither into it nor beside it, and needs no more than the right to read. Whoever
 * has it open keeps an index of the WAL beside it, and then it is read by that. Where there is none, nobody has it open.
 */
export function openReadOnly(path: string): BunSqlite {
  return openBeside(path) ?? openAlone(path);
}

export function isOpenElsewhere(path: string): boolean {
  return existsSync(`${path}-shm`);
}

function openBeside(path: string): BunSqlite | undefined {
  if (!isOpenElsewhere(path)) return undefined;
  const db = new BunSqlite(path, { readonly: true, strict: true });
  try {
    db.run("PRAGMA busy_timeout = 5000");
    db.query("SELECT 1 FROM sqlite_schema").get();
    return db;
  } catch (error) {
    db.close();
    // A process that was killed may leave an index without a WAL, and where nothing can be written that is no use.
    if (codeOf(error) === "SQLITE_CANTOPEN") return undefined;
    throw error;
  }
}

/** SQLite would make an index of the WAL beside it. What is immutable has no WAL; and with an exclusive lock the index is in memory. */
function openAlone(path: string): BunSqlite {
  const hasWal = (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
  const file = path.split("/").map(encodeURIComponent).join("/");
  const uri = `file:${file}?${hasWal ? "vfs=unix-none" : "immutable=1"}`;
  const db = new BunSqlite(uri, constants.SQLITE_OPEN_READONLY | constants.SQLITE_OPEN_URI);
  if (hasWal) db.run("PRAGMA locking_mode = EXCLUSIVE");
  return db;
}
