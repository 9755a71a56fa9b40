import { writeSync } from "node:fs";

/** The one way out: whole texts, so that a pipe gets all of them, and a closed one is no error. */
export function printOut(text: string): void {
  write(1, text);
}

/** The same on stderr. Not by `console.error`, which paints what it writes to a terminal red. */
export function printErr(text: string): void {
  try {
    write(2, text);
  } catch {
    // There is nowhere left to say it.
  }
}

/** A part of a line for people, which the next part may take back. */
export function printPart(text: string): void {
  write(2, text, "");
}

/** Writes a line at once; false when its reader is gone, which ends a command that would go on for ever. */
export function writeLine(text: string): boolean {
  return write(1, text);
}

/** A pipe nobody reads any more, a descriptor that was closed, a terminal that is gone. */
const GONE: ReadonlySet<string | undefined> = new Set(["EPIPE", "EBADF", "EIO"]);

function write(fd: number, text: string, end = "\n"): boolean {
  let rest = Buffer.from(`${text}${end}`);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (GONE.has(code)) return false;
      if (code !== "EAGAIN") throw error;
      Bun.sleepSync(5);
    }
  }
  return true;
}
