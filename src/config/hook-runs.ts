import { closeSync, fstatSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";

const NAME = "runs.jsonl";
const PIECE = 65_536;

/** Where runs are written down; the ones before are in `.1`, `.2` and so on, from young to old. */
export function runsFile(folder: string, nth = 0): string {
  return join(folder, nth === 0 ? NAME : `${NAME}.${nth}`);
}

/** The files that have runs, from young to old. */
export function runsFiles(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  const numbers = names.flatMap((name) => (name === NAME ? [0] : /^runs\.jsonl\.[1-9]\d*$/.test(name) ? [Number(name.split(".")[2])] : []));
  return numbers.toSorted((a, b) => a - b).map((nth) => runsFile(folder, nth));
}

/** The lines of a file from the last to the first, read piece by piece, of its first `size` bytes; none where it is gone. */
export function* linesBackward(path: string, size?: number): Generator<string> {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch {
    return;
  }
  try {
    let tail = Buffer.alloc(0);
    for (let at = size ?? fstatSync(fd).size; at > 0;) {
      const length = Math.min(PIECE, at);
      at -= length;
      const piece = Buffer.alloc(length);
      readSync(fd, piece, 0, length, at);
      const whole = Buffer.concat([piece, tail]);
      const first = at === 0 ? 0 : whole.indexOf(0x0a) + 1;
      if (at > 0 && first === 0) {
        tail = whole;
        continue;
      }
      tail = whole.subarray(0, first);
      yield* whole.subarray(first).toString().split("\n").reverse().filter(Boolean);
    }
  } finally {
    closeSync(fd);
  }
}
