import { closeSync, createReadStream, existsSync, openSync, realpathSync, renameSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { lockOf, type Home } from "../config/home.ts";
import { isLocked, lock } from "../config/lock.ts";
import { KataError, LocalError } from "../core/error.ts";
import { reasonOf } from "../core/system-error.ts";
import { dropUnfinished, formerOf, keepAs, putInPlace, syncFile, temporaryOf } from "../store/durable-files.ts";
import { openStore } from "../store/open.ts";
import { absorbWal } from "../store/snapshots.ts";
import { type Imported, importRecords, type ImportOptions, type Watch } from "./import-records.ts";
import { openingOf } from "./opening.ts";

export type ImportRequest = ImportOptions & {
  home: Home;
  /** A path, or `-` for stdin. */
  input: string;
  target: string;
  /** An existing target makes room. */
  force: boolean;
  watch: Watch;
  notice(line: string): void;
};

/** Where a target that made room is now. */
export type Import = Imported & { former?: string };

/** Makes a database of a JSONL file, or brings its one project into a database; all of it, or nothing (data-model.md §13). */
export async function importFile(request: ImportRequest): Promise<Import> {
  const target = resolve(request.target);
  const exists = existsSync(target);
  checkTarget(request, target, exists);
  const chunks = chunksOf(request.input);
  if (request.merge) return mergeInto(request, target, chunks);
  if (exists) holdLock(target);
  return build(request, exists ? realpathSync(target) : target, chunks);
}

function checkTarget({ home, input, force, merge }: ImportRequest, target: string, exists: boolean): void {
  for (const db of new Set([home.db, target])) {
    if (!isLocked(lockOf(db))) continue;
    const other = db === home.db ? "" : `KATA_DB=${db} `;
    throw new LocalError("validation", `The daemon of ${db} is running.`, `End it first: ${other}kata daemon stop`);
  }
  if (merge && !exists)
    throw new LocalError("not_found", `There is no database at ${target} to merge into.`, "Without --merge a database is made there.");
  if (exists && !merge && !force) {
    throw new LocalError("validation", `${target} exists.`, "Name another --target; or add --force, and what is there is kept beside it.");
  }
  if (exists && existsSync(input) && realpathSync(input) === realpathSync(target)) {
    throw new LocalError("validation", "--input and --target are the same file.", "Name another --target.");
  }
}

function chunksOf(input: string): AsyncIterable<Uint8Array> {
  if (input === "-") return Bun.stdin.stream();
  try {
    return createReadStream(input, { fd: openSync(input, "r"), highWaterMark: 1 << 20 });
  } catch (error) {
    throw new LocalError(
      "internal",
      `--input ${JSON.stringify(input)} can't be read: ${reasonOf(error)}.`,
      "Name a file that is there, or - for stdin.",
    );
  }
}

/** Nobody else may have the target until this process ends. */
function holdLock(target: string): void {
  if (!lock(lockOf(target))) throw new LocalError("validation", `${target} is in use.`, "Wait until whoever uses it has ended.");
}

async function mergeInto(
  { merge, new_instance, watch, notice }: ImportRequest,
  target: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<Import> {
  holdLock(target);
  const db = await openStore(target, openingOf(notice));
  try {
    return await db.transact((tx) => importRecords(tx, chunks, { merge, new_instance }, watch));
  } finally {
    await db.close();
  }
}

/** Builds the database under another name, so that the target is there whole or not at all. */
async function build(
  { merge, new_instance, watch, notice }: ImportRequest,
  target: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<Import> {
  const temporary = temporaryOf(target);
  const opening = openingOf(notice);
  try {
    createPrivate(temporary, target);
    const db = await openStore(temporary, opening);
    let imported: Imported;
    try {
      imported = await db.transact((tx) => importRecords(tx, chunks, { merge, new_instance }, watch));
    } finally {
      await db.close();
    }
    syncFile(temporary);
    const former = takePlace(temporary, target, opening.now());
    return { ...imported, ...(former !== undefined && { former }) };
  } catch (error) {
    dropUnfinished(temporary);
    throw error;
  }
}

function createPrivate(path: string, target: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    throw new LocalError(
      "internal",
      `--target ${JSON.stringify(target)} can't be made: ${reasonOf(error)}.`,
      "Name a place that you may write to.",
    );
  }
}

/** Lets what is at the target make room, and gives its new place. A WAL that stayed would be taken for the new file's. */
function takePlace(temporary: string, target: string, now: string): string | undefined {
  const former = formerOf(target, now);
  const exists = existsSync(target);
  if (exists) {
    absorbWal(target);
    keepAs(target, former);
  }
  if (existsSync(`${target}-wal`)) renameSync(`${target}-wal`, `${former}-wal`);
  rmSync(`${target}-shm`, { force: true });
  try {
    putInPlace(temporary, target, exists);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw new KataError("conflict", `${target} came to be while the import went on, and was left as it is.`, {
      hint: "Name another --target.",
    });
  }
  return exists ? former : undefined;
}
