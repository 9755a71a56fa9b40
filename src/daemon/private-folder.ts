import { chmodSync, lstatSync, mkdirSync } from "node:fs";
import { LocalError } from "../core/error.ts";

/**
 * Makes a folder that only its user enters, or takes the one that is there if it is such a one. Others may write where it
 * lies (`/tmp`), so that one of theirs, or a link, may stand in its place: it is refused.
 */
export function makePrivateFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const found = lstatSync(path);
  const hint = "Move it away, or set XDG_RUNTIME_DIR to a folder of your own.";
  if (!found.isDirectory())
    throw new LocalError("internal", `${path} is a link or no folder: the daemon's socket can't safely lie there`, hint);
  const uid = process.getuid?.();
  if (uid !== undefined && found.uid !== uid)
    throw new LocalError(
      "internal",
      `${path} belongs to user ${found.uid}, not to you (${uid}): the daemon's socket can't safely lie there`,
      hint,
    );
  if ((found.mode & 0o077) !== 0) chmodSync(path, 0o700);
}
