import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { preloaded } from "./preload.ts";

/** The environment in which a program of the workspace at `home` sees a clock that is set, and what sets it. */
export function settable(home: string) {
  const path = join(home, "..", "clock");
  const set = (seconds: number) => writeFileSync(path, new BigInt64Array([BigInt(seconds)]), { flag: "r+" });
  writeFileSync(path, new BigInt64Array([0n]));
  return { env: { LD_PRELOAD: preloaded("clock"), CLOCK_OFFSET: path }, set };
}
