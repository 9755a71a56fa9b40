import { dlopen, ptr } from "bun:ffi";

const AF_UNIX = 1;
const SOCK_DGRAM_CLOEXEC = 2 | 0o2000000;

/** Tells the service manager a state such as `READY=1` (sd_notify(3)); Linux only. False when it could not be told. */
export function notify(state: string, path: string): boolean {
  const { symbols: c } = dlopen("libc.so.6", {
    socket: { args: ["i32", "i32", "i32"], returns: "i32" },
    sendto: { args: ["i32", "ptr", "u64", "i32", "ptr", "u32"], returns: "i64" },
    close: { args: ["i32"], returns: "i32" },
  });
  const name = Buffer.from(path.startsWith("@") ? `\0${path.slice(1)}` : `${path}\0`);
  const address = Buffer.concat([Buffer.from([AF_UNIX, 0]), name]);
  const data = Buffer.from(state);
  const fd = c.socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
  const sent = Number(c.sendto(fd, ptr(data), data.length, 0, ptr(address), address.length));
  c.close(fd);
  return sent === data.length;
}
