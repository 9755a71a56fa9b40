/** The one way out: whole texts, so that a pipe gets all of them, and a closed one is no error. */
export function printOut(text: string): void {
  console.log(text);
}

export function printErr(text: string): void {
  console.error(text);
}

/** Writes a line at once; false when its reader is gone, which ends a command that would go on for ever. */
export function writeLine(text: string): boolean {
  const { writeSync } = process.getBuiltinModule("node:fs");
  let rest = Buffer.from(`${text}\n`);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") return false;
      Bun.sleepSync(5);
    }
  }
  return true;
}
