/** A pipe nobody reads any more, a descriptor that was closed, a terminal that is gone. */
const GONE: ReadonlySet<string | undefined> = new Set(["EPIPE", "EBADF", "EIO"]);
const isGone = (error: unknown): boolean => GONE.has((error as NodeJS.ErrnoException).code);

/** The one way out: whole texts, so that a pipe gets all of them, and a closed one is no error. */
export async function printOut(text: string): Promise<void> {
  try {
    await Bun.write(Bun.stdout, `${text}\n`);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
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

function write(fd: number, text: string, end = "\n"): boolean {
  const { writeSync } = process.getBuiltinModule("node:fs");
  let rest = Buffer.from(`${text}${end}`);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      if (isGone(error)) return false;
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      Bun.sleepSync(5);
    }
  }
  return true;
}
