import { dlopen } from "bun:ffi";
import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import type { Holder } from "./runtime.ts";

const LOCK_EX = 2;
const LOCK_NB = 4;
const LOCK_SH = 1;
const libraries =
  process.platform === "darwin" ? ["libSystem.B.dylib"] : ["libc.so.6", `libc.musl-${process.arch === "x64" ? "x86_64" : "aarch64"}.so.1`];

function loadFlock(): (fd: number, operation: number) => number {
  for (const name of libraries) {
    try {
      return dlopen(name, { flock: { args: ["i32", "i32"], returns: "i32" } }).symbols.flock;
    } catch {
      // The next name.
    }
  }
  throw new Error(`No C library under any of ${libraries.join(", ")}.`);
}

/**
 * Takes a lock that lasts until this process ends, however it ends; undefined while another has it. The file is never
 * deleted, and its descriptor never closed: a lock on a file that is gone would exclude nobody.
 */
export function lock(path: string): { tell(holder: Holder): void } | undefined {
  const fd = openSync(path, "a+", 0o600);
  if (loadFlock()(fd, LOCK_EX | LOCK_NB) !== 0) {
    closeSync(fd);
    return undefined;
  }
  return {
    tell: (holder) => {
      ftruncateSync(fd, 0);
      writeSync(fd, JSON.stringify(holder));
    },
  };
}

/** Whether a process has the lock at `path`: the only honest test of whether a daemon has ended, since a pid may be a zombie's. */
export function isLocked(path: string): boolean {
  const fd = openSync(path, "a+", 0o600);
  try {
    return loadFlock()(fd, LOCK_SH | LOCK_NB) !== 0;
  } finally {
    closeSync(fd);
  }
}
