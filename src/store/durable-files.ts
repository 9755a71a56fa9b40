import { closeSync, constants, copyFileSync, existsSync, fsyncSync, linkSync, mkdtempSync, openSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileStamp } from "../core/time.ts";

/**
 * Makes a file that is whole or not there: for its user alone, written under another name in the same folder, on disk
 * before it gets its own. `over` says whether it may take the place of another.
 */
export async function writeWhole<T>(path: string, { over }: { over: boolean }, write: (temporary: string) => Promise<T>): Promise<T> {
  const temporary = temporaryOf(path);
  try {
    closeSync(openSync(temporary, "wx", 0o600));
    const result = await write(temporary);
    syncFile(temporary);
    putInPlace(temporary, path, over);
    return result;
  } catch (error) {
    dropUnfinished(temporary);
    throw error;
  }
}

/** Files and folders that are for a while, until they are done with. */
const unfinished = new Set<string>();

/** A name beside a file's own that nothing else has, for a file that is not yet whole. */
export function temporaryOf(path: string): string {
  const temporary = `${path}.${process.pid}-${Bun.randomUUIDv7().slice(-8)}.tmp`;
  unfinished.add(temporary);
  return temporary;
}

/** A folder for files that nobody needs afterwards. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "kata-"));
  unfinished.add(folder);
  return folder;
}

/** Takes away what is unfinished: this, or all of it before the process ends. */
export function dropUnfinished(path?: string): void {
  for (const each of path === undefined ? unfinished : [path]) {
    for (const end of ["", "-wal", "-shm"]) rmSync(`${each}${end}`, { recursive: true, force: true });
    unfinished.delete(each);
  }
}

/** Where a database is kept as it was before something took its place: a name that nothing has. */
export function formerOf(path: string, now: string): string {
  const former = `${path}.bak.${fileStamp(now)}`;
  let name = former;
  for (let n = 2; existsSync(name) || existsSync(`${name}-wal`); n++) name = `${former}-${n}`;
  return name;
}

/** Gives a file that is on disk the name that it is to have, for good. */
export function putInPlace(temporary: string, path: string, over: boolean): void {
  if (over) renameSync(temporary, path);
  else renameToFree(temporary, path);
  unfinished.delete(temporary);
  syncFolder(dirname(path));
}

/** A link, unlike a rename, never takes another file's place. */
function renameToFree(from: string, to: string): void {
  try {
    linkSync(from, to);
    rmSync(from);
  } catch (error) {
    // Some file systems have no links.
    if ((error as NodeJS.ErrnoException).code === "EEXIST" || existsSync(to)) throw error;
    renameSync(from, to);
  }
}

/** Gives a file a second name, under which it stays when another takes its place. */
export function keepAs(path: string, second: string): void {
  try {
    linkSync(path, second);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") throw error;
    copyFileSync(path, second, constants.COPYFILE_EXCL);
    syncFile(second);
  }
  syncFolder(dirname(second));
}

/** Returns when a file is on disk. */
export function syncFile(path: string): void {
  const file = openSync(path, "r+");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function syncFolder(path: string): void {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
