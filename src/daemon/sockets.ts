import { chmodSync, chownSync, lstatSync, mkdirSync, statSync, unlinkSync } from "node:fs";
import { dirname } from "node:path";
import type { SocketAccess } from "../config/socket-access.ts";
import { LocalError } from "../core/error.ts";
import { log } from "./log.ts";

type Stoppable = { stop(force: boolean): Promise<void> };

/** Opens a Unix socket, in a folder that is made where there is none. Its user alone may connect, or whom `access` says. */
export async function openSocket<Server extends Stoppable>(
  path: string,
  serve: (path: string) => Server,
  access: SocketAccess = { mode: 0o600 },
): Promise<Server> {
  makeFolder(path, access);
  await clearDeadSocket(path);
  // The socket gets its mode as it is made: there is no moment at which it is open to others.
  const before = process.umask(0o177);
  let server: Server;
  try {
    server = serve(path);
  } finally {
    process.umask(before);
  }
  try {
    giveTo(path, access);
    chmodSync(path, access.mode);
    return server;
  } catch (error) {
    await server.stop(true);
    throw error;
  }
}

/** Who may connect has to enter the folder: one that is made is for them too, and one that is there stays as it is. */
function makeFolder(path: string, access: SocketAccess): void {
  const folder = dirname(path);
  const made = mkdirSync(folder, { recursive: true, mode: 0o700 });
  if ((access.mode & 0o066) === 0) return;
  for (let each = folder; made !== undefined; each = dirname(each)) {
    giveTo(each, access);
    chmodSync(each, isForAll(access) ? 0o755 : 0o750);
    if (each === made) break;
  }
  if (!canEnter(folder, access)) log("warning", `who may connect to ${path} can't enter its folder`, { folder });
}

const isForAll = ({ mode }: SocketAccess): boolean => (mode & 0o006) !== 0;

function canEnter(folder: string, access: SocketAccess): boolean {
  const { mode, gid } = statSync(folder);
  if ((mode & 0o001) !== 0) return true;
  return !isForAll(access) && (mode & 0o010) !== 0 && gid === (access.group?.id ?? process.getegid?.());
}

function giveTo(path: string, { group }: SocketAccess): void {
  // Where it has that group already nothing is asked for that a service manager may have forbidden.
  if (!group || statSync(path).gid === group.id) return;
  try {
    chownSync(path, process.geteuid?.() ?? 0, group.id);
  } catch (error) {
    throw new LocalError(
      "internal",
      `${path} can't be given to the group ${group.name}: ${(error as Error).message}`,
      "Add the daemon's user to that group; or leave the group out, and add the proxy's user to the daemon's own.",
    );
  }
}

async function clearDeadSocket(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found) return;
  if (!found.isSocket())
    throw new LocalError(
      "internal",
      `${path} is there and is no socket: it was left untouched`,
      "Move it away, or listen on another address.",
    );
  if (await answers(path)) throw Object.assign(new Error(), { code: "EADDRINUSE" });
  unlinkSync(path);
}

/** Whether anybody has the socket open. A daemon that is just dying may still take the connection, and resets it. */
async function answers(path: string): Promise<boolean> {
  for (let tries = 0; tries < 20; tries++) {
    const code = await fetch("http://kata.invalid/api/v1/ping", { unix: path, signal: AbortSignal.timeout(500) }).then(
      () => "",
      (error: unknown) => (error as { code?: unknown }).code,
    );
    if (["ECONNREFUSED", "ENOENT", "ConnectionRefused", "FailedToOpenSocket"].includes(String(code))) return false;
    if (code !== "ECONNRESET") return true;
    await Bun.sleep(10);
  }
  return true;
}
