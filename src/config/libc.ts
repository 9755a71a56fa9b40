import { dlopen, type FFIFunction } from "bun:ffi";

const names =
  process.platform === "darwin" ? ["libSystem.B.dylib"] : ["libc.so.6", `libc.musl-${process.arch === "x64" ? "x86_64" : "aarch64"}.so.1`];

/** Functions of the C library, under whichever name this system has it. */
export function libc<const Functions extends Record<string, FFIFunction>>(functions: Functions) {
  for (const name of names) {
    try {
      return dlopen(name, functions).symbols;
    } catch {
      // The next name.
    }
  }
  throw new Error(`No C library under any of ${names.join(", ")}.`);
}
