import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { linesBackward, runsFiles } from "../config/hook-runs.ts";
import { type HookRun, parseHookRun } from "../core/hook-run.ts";

const LOOK_MS = 100;

type Fits = (run: HookRun) => boolean;
/** Up to where runs were read: a file, which keeps its number when it gets another name, and a byte of it. */
export type Place = { ino: number; at: number };

/** The last runs that fit, as they are written and in their order, and the place that they end at. */
export function lastRuns(folder: string, limit: number, fits: Fits): { lines: string[]; end: Place } {
  const files = filesIn(folder);
  const lines: string[] = [];
  for (const { path, size } of files) {
    for (const line of linesBackward(path, size)) {
      if (lines.length < limit && isWanted(line, fits)) lines.push(line);
      if (lines.length >= limit) break;
    }
  }
  const [youngest] = files;
  return { lines: lines.reverse(), end: youngest ? { ino: youngest.ino, at: youngest.size } : { ino: 0, at: 0 } };
}

/** Writes the runs that fit and come after a place, until a signal ends it or nobody reads them. */
export async function followRuns(folder: string, from: Place, fits: Fits, write: (line: string) => boolean): Promise<void> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  for (let place = from; !stop.signal.aborted; await Bun.sleep(LOOK_MS)) {
    const files = filesIn(folder);
    // Files that get other names in the middle of a look are looked at again.
    if (filesIn(folder).some(({ ino }, at) => ino !== files[at]?.ino)) continue;
    const nth = files.findIndex(({ ino }) => ino === place.ino);
    for (const file of (nth < 0 ? files : files.slice(0, nth + 1)).toReversed()) {
      const found = linesAfter(file, file.ino === place.ino && place.at <= file.size ? place.at : 0);
      if (!found) break;
      const { lines, end } = found;
      if (!lines.filter((line) => isWanted(line, fits)).every(write)) return;
      place = { ino: file.ino, at: end };
    }
  }
}

function isWanted(line: string, fits: Fits): boolean {
  const run = parseHookRun(line);
  return run !== undefined && fits(run);
}

type Found = { path: string; ino: number; size: number };

/** From young to old. */
function filesIn(folder: string): Found[] {
  return runsFiles(folder).flatMap((path) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat ? [{ path, ino: stat.ino, size: stat.size }] : [];
  });
}

/** The whole lines of a file from a byte on, and the byte after them; undefined when its name is another's by now. */
function linesAfter({ path, ino, size }: Found, from: number): { lines: string[]; end: number } | undefined {
  if (size === from) return { lines: [], end: from };
  const piece = Buffer.alloc(size - from);
  const fd = openSync(path, "r");
  try {
    if (fstatSync(fd).ino !== ino) return undefined;
    const read = piece.subarray(0, readSync(fd, piece, 0, piece.length, from));
    const end = read.lastIndexOf(0x0a) + 1;
    return { lines: read.subarray(0, end).toString().split("\n").filter(Boolean), end: from + end };
  } finally {
    closeSync(fd);
  }
}
