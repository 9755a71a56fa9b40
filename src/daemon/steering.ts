import { ptr } from "bun:ffi";
import { readdirSync } from "node:fs";
import { libc } from "../config/libc.ts";

const SOL_SOCKET = 1;
const SO_ACCEPTCONN = 30;
const SO_ATTACH_REUSEPORT_CBPF = 51;
/** `ret #1`: of the sockets that share a port, the second; where there is but one, the kernel takes that (socket(7)). */
const SECOND = new Uint8Array(new Uint16Array([6, 0, 1, 0]).buffer);
const LARGEST_ADDRESS = 128;

const load = () =>
  libc({
    getsockopt: { args: ["i32", "i32", "i32", "ptr", "ptr"], returns: "i32" },
    setsockopt: { args: ["i32", "i32", "i32", "ptr", "u32"], returns: "i32" },
    getsockname: { args: ["i32", "ptr", "ptr"], returns: "i32" },
  });
let functions: ReturnType<typeof load> | undefined;
const c = () => (functions ??= load());

/**
 * Has the kernel give each new connection at a port to the socket that was the second to share it. Without that a socket
 * that closes resets whoever has just come to it. False where the system can't; the runtime does not tell its sockets, so
 * they are looked for among all that this process has open.
 */
export function steerToSecond(port: number): boolean {
  if (process.platform !== "linux") return false;
  // A program of one instruction: how many there are, and where they stand.
  const program = new BigUint64Array([1n, BigInt(ptr(SECOND))]);
  const done = readdirSync("/proc/self/fd")
    .map(Number)
    .filter((fd) => listens(fd) && portOf(fd) === port)
    .map((fd) => c().setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, ptr(program), program.byteLength) === 0);
  return done.length > 0 && done.every(Boolean);
}

function listens(fd: number): boolean {
  const value = new Int32Array(1);
  const size = new Uint32Array([value.byteLength]);
  return c().getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, ptr(value), ptr(size)) === 0 && value[0] === 1;
}

function portOf(fd: number): number | undefined {
  const address = new DataView(new ArrayBuffer(LARGEST_ADDRESS));
  const size = new Uint32Array([LARGEST_ADDRESS]);
  if (c().getsockname(fd, ptr(address), ptr(size)) !== 0) return undefined;
  return address.getUint16(2);
}
