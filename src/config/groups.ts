import { read } from "bun:ffi";
import { libc } from "./libc.ts";

/** Where the number of a group stands in what `getgrnam` gives, after two pointers (getgrnam(3)). */
const NUMBER_AT = 16;

/** The number of a group of this machine, by its name or that number itself; undefined where there is none. */
export function groupId(name: string): number | undefined {
  if (/^\d{1,9}$/.test(name)) return Number(name);
  const found = libc({ getgrnam: { args: ["cstring"], returns: "ptr" } }).getgrnam(Buffer.from(`${name}\0`));
  return found === null ? undefined : read.u32(found, NUMBER_AT);
}
