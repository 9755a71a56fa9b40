import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { libc } from "./libc.ts";
import type { Holder } from "./runtime.ts";

const LOCK_EX = 2;
const LOCK_NB = 4;
const LOCK_SH = 1;

type Flock = (fd: number, operation: number) => number;
let loaded: Flock | undefined;

/** Found when it is first called: most commands never lock. */
const flock: Flock = (...given) => (loaded ??= libc({ flock: { args: ["i32", "i32"], returns: "i32" } }).flock)(...given);

/**
 * Takes a lock that lasts until this process ends, however it ends; undefined while another has it. The file is never
 * deleted, and its descriptor never closed: a lock on a file that is gone would exclude nobody.
 */
export function lock(path: string): { tell(holder: Holder): void } | undefined {
  const fd = openSync(path, "a+", 0o600);
  if (!flockOpen(fd)) {
    closeSync(fd);
    return undefined;
  }
  return {
    tell: (holder) => {
      try {
        ftruncateSync(fd, 0);
        writeSync(fd, JSON.stringify(holder));
      } catch (error) {
        throw Object.assign(error as Error, { path });
      }
    },
  };
}

/** Locks an open file for as long as this process, or one that inherits the descriptor, has it open; false where another has the lock. */
export function flockOpen(fd: number): boolean {
  return flock(fd, LOCK_EX | LOCK_NB) === 0;
}

/** Whether a process has the lock at `path`: the only honest test of whether a daemon has ended, since a pid may be a zombie's. */
export function isLocked(path: string): boolean {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
  try {
    return flock(fd, LOCK_SH | LOCK_NB) !== 0;
  } finally {
    closeSync(fd);
  }
}
