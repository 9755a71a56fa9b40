import { readdirSync, readFileSync, readlinkSync } from "node:fs";

type Address = { kind: "tcp"; port: number } | { kind: "unix"; path: string };

/** Who listens at an address, as `pid 12 (nginx)`; undefined where the system does not say, as for other users' programs. */
export function ownerOf(address: Address): string | undefined {
  const sockets = new Set(
    (address.kind === "tcp" ? tcpInodes(address.port) : unixInodes(address.path)).map((inode) => `socket:[${inode}]`),
  );
  if (sockets.size === 0) return undefined;
  const pid = entries("/proc").find(
    (name) => /^\d+$/.test(name) && entries(`/proc/${name}/fd`).some((fd) => sockets.has(target(`/proc/${name}/fd/${fd}`))),
  );
  return pid && `pid ${pid} (${text(`/proc/${pid}/comm`).trim()})`;
}

const LISTENING = "0A";

/** The sockets that listen on a port (proc_net_tcp.txt of the Linux kernel). */
function tcpInodes(port: number): string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, "0");
  return ["tcp", "tcp6"].flatMap((table) =>
    text(`/proc/net/${table}`)
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .flatMap(([, local = "", , state, , , , , , inode]) => (state === LISTENING && local.endsWith(`:${wanted}`) && inode ? [inode] : [])),
  );
}

function unixInodes(path: string): string[] {
  return text("/proc/net/unix")
    .split("\n")
    .flatMap((line) => (line.endsWith(` ${path}`) ? [line.trim().split(/\s+/)[6] ?? ""] : []));
}

const entries = (folder: string): string[] => tried(() => readdirSync(folder)) ?? [];
const text = (path: string): string => tried(() => readFileSync(path, "utf8")) ?? "";
const target = (path: string): string => tried(() => readlinkSync(path)) ?? "";

/** Processes end while they are looked at, and those of others may not be. */
function tried<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
