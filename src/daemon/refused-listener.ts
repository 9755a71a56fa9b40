import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { type ListenAddress, printListen } from "../config/listener.ts";
import { LocalError } from "../core/error.ts";

/** Why an address could not be listened on, and the way out. */
export function refusalOf(error: unknown, address: ListenAddress): LocalError {
  const { code, message } = error as NodeJS.ErrnoException;
  const name = printListen(address);
  if (code === "EADDRINUSE")
    return new LocalError(
      "internal",
      `${name} is in use by ${ownerOf(address) ?? "another program"}`,
      "Stop it, or listen on another address.",
    );
  if (code === "EADDRNOTAVAIL") {
    const own = Object.values(networkInterfaces()).flatMap((found = []) => found.map((each) => each.address));
    return new LocalError("internal", `${name} is no address of this host`, `This host has ${own.join(", ")}.`);
  }
  if (code === "EACCES")
    return new LocalError(
      "internal",
      `${name} can't be opened: this user may not`,
      "Take a port of 1024 or more, or a folder of this user's own.",
    );
  return new LocalError("internal", `${name} can't be opened: ${message}`, "Listen on another address.");
}

const LISTENS = "0A";
const ACCEPTS = 0x10000;

/** The program that listens at an address, as far as this system tells; a program of another user is not told. */
function ownerOf(address: ListenAddress): string | undefined {
  try {
    const sockets = address.kind === "unix" ? socketsAtPath(address.path) : socketsAtPort(address.port);
    const pid = readdirSync("/proc").find((name) => /^\d+$/.test(name) && hasOneOf(name, sockets));
    return pid && `${readFileSync(`/proc/${pid}/comm`, "utf8").trim()} (pid ${pid})`;
  } catch {
    return undefined;
  }
}

function socketsAtPort(port: number): Set<string> {
  const end = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const rows = ["tcp", "tcp6"].flatMap((name) => rowsOf(`/proc/net/${name}`));
  return new Set(
    rows.flatMap(([, local, , state, , , , , , inode]) => (local?.endsWith(end) && state === LISTENS && inode ? [inode] : [])),
  );
}

function socketsAtPath(path: string): Set<string> {
  return new Set(
    rowsOf("/proc/net/unix").flatMap(([, , , flags = "", , , inode, at]) =>
      at === path && inode && Number.parseInt(flags, 16) & ACCEPTS ? [inode] : [],
    ),
  );
}

function rowsOf(path: string): string[][] {
  return readFileSync(path, "utf8")
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/));
}

function hasOneOf(pid: string, inodes: ReadonlySet<string>): boolean {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).some((fd) => inodes.has(/^socket:\[(\d+)\]$/.exec(linkOf(`${folder}/${fd}`))?.[1] ?? ""));
  } catch {
    return false;
  }
}

/** What a link leads to; a file that was closed meanwhile leads nowhere. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
