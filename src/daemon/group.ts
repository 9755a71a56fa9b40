import { ptr, read } from "bun:ffi";
import { chmodSync, chownSync, statSync } from "node:fs";
import { libc } from "../config/libc.ts";
import { LocalError } from "../core/error.ts";

/** Where a `struct group` has its number: behind two pointers. */
const NUMBER_AT = 16;

/**
 * Gives a file to a group, with a mode that lets its members use it: the group first, so that no other one ever may. Where it
 * has that group already nothing is asked for that a service manager may have forbidden.
 */
export function openToGroup(path: string, name: string, mode: number): void {
  const gid = numberOf(name);
  if (gid === undefined)
    throw new LocalError("internal", `${path}: there is no group ${name} on this machine`, "Correct group in config.toml.");
  try {
    const { uid, gid: before } = statSync(path);
    if (before !== gid) chownSync(path, uid, gid);
  } catch {
    throw new LocalError(
      "internal",
      `${path} can't be given to the group ${name}: the daemon's user is not in it`,
      "Put that user into the group, or name a group that it is in.",
    );
  }
  chmodSync(path, mode);
}

function numberOf(name: string): number | undefined {
  const { getgrnam } = libc({ getgrnam: { args: ["ptr"], returns: "ptr" } });
  const found = getgrnam(ptr(Buffer.from(`${name}\0`)));
  return found === null ? undefined : read.u32(found, NUMBER_AT);
}
