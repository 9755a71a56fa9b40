import type { Stats } from "node:fs";
import { dirname } from "./path.ts";
import { LocalError } from "../core/error.ts";

type Env = Record<string, string | undefined>;

const LARGEST = 64 * 1024;

/** The secret that a file holds, without the line end. The file must be its user's alone; `from` says who names it. */
export function readTokenFile(path: string, from: string, env: Env): string {
  const { closeSync, constants, fstatSync, openSync, readFileSync } = process.getBuiltinModule("node:fs");
  let fd: number;
  try {
    // A pipe that nobody writes to would never open.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw new LocalError(
      "internal",
      `${from}: ${path} can't be read: ${(error as Error).message}`,
      "Name a file that holds the token and nothing else.",
    );
  }
  try {
    const [fault, hint] = faultOf(path, fstatSync(fd), env) ?? [];
    if (fault !== undefined) throw new LocalError("internal", `${from}: ${path} ${fault}`, hint);
    return readFileSync(fd, "utf8").replace(/\r?\n$/, "");
  } finally {
    closeSync(fd);
  }
}

/** Why a file is no place for a secret, and the way out; undefined when it is one. */
function faultOf(path: string, stat: Stats, env: Env): [string, string] | undefined {
  if (!stat.isFile()) return ["is no regular file", "Name a file that holds the token and nothing else."];
  const open = secretOpenTo(path, stat, env);
  if (open !== undefined) return [open, `Keep it to yourself: chown $USER ${path} && chmod 600 ${path}`];
  if (stat.size > LARGEST)
    return [`has ${stat.size} bytes; a token's file has ${LARGEST} at the most`, "Name the file that holds the token."];
  return undefined;
}

/** How others could read or change a secret; undefined when it is its user's, or root's, alone. */
export function secretOpenTo(path: string, stat: Stats, env: Env = process.env): string | undefined {
  const open = openTo(stat);
  return open !== undefined && isCredential(path, stat, env) ? undefined : open;
}

/**
 * Whether systemd handed a file to this service. It stays root's, and one user is let in by an access control list, whose
 * mask stands where the group's rights do otherwise (systemd.exec(5), LoadCredential=).
 */
function isCredential(path: string, { mode, uid }: Stats, { CREDENTIALS_DIRECTORY: folder }: Env): boolean {
  if (!folder || uid !== 0 || (mode & 0o037) !== 0) return false;
  const { realpathSync } = process.getBuiltinModule("node:fs");
  try {
    return dirname(realpathSync(path)) === realpathSync(folder);
  } catch {
    return false;
  }
}

/** How others could read or change a file; undefined when it is its user's, or root's, alone. */
function openTo({ mode, uid }: Pick<Stats, "mode" | "uid">): string | undefined {
  if (uid !== 0 && uid !== process.geteuid?.()) return `belongs to user ${uid}`;
  return (mode & 0o077) === 0 ? undefined : `is open to others (mode ${(mode & 0o777).toString(8).padStart(4, "0")})`;
}
