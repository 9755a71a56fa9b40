import { closeSync, fsyncSync, openSync, rmSync, writeSync } from "node:fs";
import { LocalError } from "../core/error.ts";

/** A new file for a secret, open already, so that what can't be written is known before the secret is made. */
export type SecretFile = { path: string; write(secret: string): void; discard(): void };

/** Makes a new file that only its owner reads; one that is there, and a link too, is refused and left as it is. */
export function newSecretFile(path: string): SecretFile {
  const fd = open(path);
  return {
    path,
    write: (secret) => {
      const line = Buffer.from(`${secret}\n`);
      for (let done = 0; done < line.length;) done += writeSync(fd, line, done);
      fsyncSync(fd);
      closeSync(fd);
    },
    discard: () => {
      closeSync(fd);
      rmSync(path, { force: true });
    },
  };
}

function open(path: string): number {
  try {
    return openSync(path, "wx", 0o600);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === "EEXIST" ? "is there already" : `can't be made: ${message}`;
    throw new LocalError("validation", `--token-file ${path} ${why}. No token was made.`, "Name a file that is not there yet.");
  }
}
