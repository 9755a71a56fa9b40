import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { preloaded } from "./preload.ts";

/** What disk.c writes down: a header of 16 bytes, and the data of a write. */
const OPS = ["", "create", "write", "truncate", "sync", "failed sync", "unlink", "unknown"] as const;
const NAMES = ["", "kata.db", "kata.db-wal", "kata.db-journal", "."] as const;
const HEADER = 16;
const SECTOR = 512;

type Name = (typeof NAMES)[number];
type Operation = { op: (typeof OPS)[number]; name: Name; at: number; data: Buffer; end: number };

/** The environment in which a program's database in `home` is watched. */
export function watched(home: string) {
  const [trace, fail] = [join(home, "..", "disk-trace"), join(home, "..", "disk-fails")];
  const env = { LD_PRELOAD: preloaded("disk"), DISK_DB: join(home, "kata.db"), DISK_TRACE: trace, DISK_FAIL: fail };
  return { env, trace, fail, position: () => statSync(trace, { throwIfNoEntry: false })?.size ?? 0 };
}

/** What was recorded, in order; `end` is the position in the record at which each was done. */
export function readTrace(path: string): Operation[] {
  const bytes = readFileSync(path);
  const operations: Operation[] = [];
  for (let at = 0; at < bytes.length;) {
    const [op, name] = [OPS[bytes.readUInt8(at)], NAMES[bytes.readUInt8(at + 1)]];
    const length = bytes.readUInt32LE(at + 4);
    if (!op || !name) throw new Error(`The record of the disk can't be read at ${at}.`);
    const [where, data] = [Number(bytes.readBigUInt64LE(at + 8)), bytes.subarray(at + HEADER, at + HEADER + length)];
    if (op === "unknown") throw new Error(`The model of the disk does not know ${data.toString()} of ${name}.`);
    at += HEADER + length;
    operations.push({ op, name, at: where, data, end: at });
  }
  return operations;
}

/** Bytes that grow; what was never written is nought. */
class Content {
  #bytes = Buffer.alloc(1 << 16);
  size = 0;

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.size);
  }

  copy(): Content {
    const same = new Content();
    same.#bytes = Buffer.from(this.#bytes);
    same.size = this.size;
    return same;
  }

  apply({ op, at, data }: Pending): void {
    if (op === "truncate") return this.#resize(at);
    if (at + data.length > this.size) this.#resize(at + data.length);
    data.copy(this.#bytes, at);
  }

  #resize(size: number): void {
    if (size < this.size) this.#bytes.fill(0, size, this.size);
    if (size > this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(size)]);
    this.size = size;
  }
}

type Pending = { op: "write" | "truncate"; at: number; data: Buffer };
/** A file: what is on disk for certain, and what was done since, of which anything may be there after a power loss. */
type Inode = { synced: Content; pending: Pending[] };
type Entry = { name: Name; inode: Inode | undefined };

/** How a power loss deals with what was not synced. */
export const losses = ["dropped", "kept", "cut short", "reordered", "torn"] as const;
export type Loss = (typeof losses)[number];

/**
 * A disk on which nothing is certain that was not synced: neither a file's data before the file is, nor its name before the
 * folder is. Names come and go in their order, as in the journal of a file system.
 */
export class Disk {
  readonly #now = new Map<Name, Inode>();
  readonly #names = new Map<Name, Inode>();
  #renamed: Entry[] = [];

  do({ op, name, at, data }: Operation): void {
    if (op === "create") return this.#enter(name, { synced: new Content(), pending: [] });
    if (op === "unlink") return this.#enter(name, undefined);
    if (name === ".") return this.#syncFolder(op);
    const inode = this.#now.get(name);
    if (!inode) throw new Error(`${op} of ${name}, which is not there`);
    if (op === "write" || op === "truncate") inode.pending.push({ op, at, data });
    // After a sync that failed the system may think that it wrote what it did not.
    if (op === "sync") for (const each of inode.pending) inode.synced.apply(each);
    if (op === "sync" || op === "failed sync") inode.pending = [];
  }

  #enter(name: Name, inode: Inode | undefined): void {
    if (inode) this.#now.set(name, inode);
    else this.#now.delete(name);
    this.#renamed.push({ name, inode });
  }

  #syncFolder(op: string): void {
    if (op !== "sync") return;
    this.#renamed.forEach((entry) => put(this.#names, entry));
    this.#renamed = [];
  }

  /** The files as a power loss may leave them now. */
  afterLoss(loss: Loss, random: () => number): Map<Name, Buffer> {
    const names = new Map(this.#names);
    const certain = loss === "dropped" ? 0 : loss === "kept" ? this.#renamed.length : Math.floor(random() * (this.#renamed.length + 1));
    this.#renamed.slice(0, certain).forEach((entry) => put(names, entry));
    return new Map(Array.from(names, ([name, inode]) => [name, contentAfter(inode, loss, random)]));
  }
}

function put(names: Map<Name, Inode>, { name, inode }: Entry): void {
  if (inode) names.set(name, inode);
  else names.delete(name);
}

function contentAfter({ synced, pending }: Inode, loss: Loss, random: () => number): Buffer {
  const content = synced.copy();
  for (const each of survivors(pending, loss, random)) content.apply(each);
  return content.bytes;
}

function survivors(pending: readonly Pending[], loss: Loss, random: () => number): readonly Pending[] {
  const half = () => random() < 0.5;
  switch (loss) {
    case "dropped":
      return [];
    case "kept":
      return pending;
    case "cut short": {
      const upTo = Math.floor(random() * (pending.length + 1));
      const last = pending[upTo];
      return [...pending.slice(0, upTo), ...(last ? sectors(last).slice(0, Math.floor(random() * 8)) : [])];
    }
    case "reordered":
      return pending.filter(half);
    case "torn":
      return pending.flatMap(sectors).filter(half);
  }
}

/** A write in the pieces that a disk writes whole. */
function sectors(whole: Pending): Pending[] {
  if (whole.op === "truncate") return [whole];
  const pieces: Pending[] = [];
  for (let from = 0; from < whole.data.length;) {
    const to = Math.min(whole.data.length, from + SECTOR - ((whole.at + from) % SECTOR));
    pieces.push({ op: "write", at: whole.at + from, data: whole.data.subarray(from, to) });
    from = to;
  }
  return pieces;
}

/** What is opened after a cut needs no disk, on which each sync takes its time. */
const MEMORY = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** Puts files into a new folder, works with the database there, and takes the folder away. */
export async function inFolder<T>(files: ReadonlyMap<Name, Buffer>, work: (database: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(MEMORY, "kata-cut-"));
  try {
    for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
    return await work(join(folder, "kata.db"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
