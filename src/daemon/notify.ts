import { ptr } from "bun:ffi";
import { libc } from "../config/libc.ts";
import { log } from "./log.ts";

type Env = Record<string, string | undefined>;

/** The service manager that runs the daemon and is told how it is (sd_notify(3)). */
export type Manager = {
  /** States such as `READY=1`. Where nobody asked to be told, nothing happens. */
  tell(...states: string[]): void;
  /** How long the manager waits for a sign of life before it starts the daemon anew; undefined when it waits for none. */
  watchdogMs: number | undefined;
};

const AF_UNIX = 1;
const SOCK_DGRAM_CLOEXEC = 2 | 0o2000000;
const MSG_NOSIGNAL = 0x4000;
const CLOCK_MONOTONIC = 1;
/** What a socket's address has room for (unix(7)). */
const LONGEST_NAME = 107;
const VARIABLES = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"];

/** The manager that the environment names; on Linux only. Nothing that the daemon runs inherits the name, and speaks for it. */
export function managerOf(env: Env): Manager {
  const [path, usec, pid] = VARIABLES.map((name) => env[name]);
  for (const name of VARIABLES) delete env[name];
  if (!path || process.platform !== "linux") return { tell: () => {}, watchdogMs: undefined };
  const watched = usec !== undefined && /^[1-9]\d*$/.test(usec) && (!pid || pid === String(process.pid));
  let told = false;
  return {
    tell: (...states) => {
      if (send(states.join("\n"), path) || told) return;
      told = true;
      log("warning", "the service manager could not be told", { NOTIFY_SOCKET: path });
    },
    watchdogMs: watched ? Number(usec) / 1_000 : undefined,
  };
}

/** The system's monotonic clock in microseconds, by which a manager knows to which of its signals a state answers. */
export function monotonicUsec(): bigint {
  const time = new BigInt64Array(2);
  c().clock_gettime(CLOCK_MONOTONIC, ptr(time));
  return (time[0] ?? 0n) * 1_000_000n + (time[1] ?? 0n) / 1_000n;
}

let functions: ReturnType<typeof load> | undefined;
const c = () => (functions ??= load());
const load = () =>
  libc({
    socket: { args: ["i32", "i32", "i32"], returns: "i32" },
    sendto: { args: ["i32", "ptr", "u64", "i32", "ptr", "u32"], returns: "i64" },
    close: { args: ["i32"], returns: "i32" },
    clock_gettime: { args: ["i32", "ptr"], returns: "i32" },
  });

/** No module of the runtime opens a Unix datagram socket. False when it could not be sent. */
function send(text: string, path: string): boolean {
  if (!/^[/@]/.test(path) || Buffer.byteLength(path) > LONGEST_NAME) return false;
  const name = Buffer.from(path.startsWith("@") ? `\0${path.slice(1)}` : `${path}\0`);
  const address = Buffer.concat([Buffer.from(new Uint16Array([AF_UNIX]).buffer), name]);
  const data = Buffer.from(text);
  const fd = c().socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
  if (fd < 0) return false;
  const sent = Number(c().sendto(fd, ptr(data), data.length, MSG_NOSIGNAL, ptr(address), address.length));
  c().close(fd);
  return sent === data.length;
}
