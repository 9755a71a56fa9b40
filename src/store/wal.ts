import { closeSync, fsyncSync, openSync, readSync, writeSync } from "node:fs";
import { KataError } from "../core/error.ts";

const PIECE = 1 << 20;

/**
 * Writes the WAL that an earlier process left once more, just as it is, and syncs it. After a failed sync the system may hold
 * pages that never reached the disk and take them for written; a power loss would take them away, and all changes after them.
 * The caller is the only one who writes the database.
 */
export function rewriteWal(path: string): void {
  const file = openExisting(`${path}-wal`);
  if (file === undefined) return;
  try {
    const piece = Buffer.alloc(PIECE);
    for (let at = 0, size = 0; (size = readSync(file, piece, 0, PIECE, at)) > 0; at += size) writeSync(file, piece, 0, size, at);
    fsyncSync(file);
  } catch (cause) {
    throw new KataError("storage_failed", `${path}-wal can't be synced: ${(cause as Error).message}.`, {
      hint: "It was left as it is. Look at the disk and at the system's log, and copy the database and its WAL to another disk.",
      cause,
    });
  } finally {
    closeSync(file);
  }
}

function openExisting(path: string): number | undefined {
  try {
    return openSync(path, "r+");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
