import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Workspace, workspace } from "../test/workspace.ts";

/** A workspace with a daemon of its own that listens on its Unix socket. */
export type Daemon = AsyncDisposable & {
  kata: Workspace;
  pid: number;
  socket: string;
  /** Sends a request and reads the whole answer; anything but 200 is an error. */
  send(method: string, path: string, body?: unknown): Promise<string>;
};

type Status = { daemons: { pid: number; address: string }[] };

/** `hooks` is what hooks.toml says. */
export async function daemon(hooks = ""): Promise<Daemon> {
  const kata = await workspace({ project: false });
  await Bun.write(join(kata.home, "hooks.toml"), hooks);
  await kata`init --project bench`;
  const [running] = (await kata`daemon status --json`).json<Status>().daemons;
  if (!running) throw new Error("No daemon runs.");
  const socket = running.address.slice("unix://".length);
  return {
    kata,
    pid: running.pid,
    socket,
    async send(method, path, body) {
      const init = body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
      const response = await fetch(`http://kata.invalid/api/v1${path}`, { unix: socket, method, ...init });
      const text = await response.text();
      if (response.status !== 200) throw new Error(`${method} ${path}: ${response.status} ${text}`);
      return text;
    },
    [Symbol.asyncDispose]: () => kata[Symbol.asyncDispose](),
  };
}

/** What a process holds of memory, in MiB (Linux, proc(5)). */
export function residentMiB(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kib) / 1024;
}

/** How long a process has computed, in ms (Linux, proc(5); there are 100 ticks a second). */
export function computedMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
