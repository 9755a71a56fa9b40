import { liveRecords } from "../client/find.ts";
import type { Asking, Target } from "../config/target.ts";

/** Where the daemon of a target is. */
export type Located = {
  kind: "local" | "remote";
  network: "unix" | "tcp";
  scheme: "unix" | "http" | "https";
  /** `unix:///path`, or host and port. */
  address: string;
  request_base_url?: string;
  /** Of a daemon of this machine: whether there is one. */
  running?: boolean;
};

/** Where a daemon is, or would be, as far as this machine knows: nobody is asked. */
export function locate(target: Target, { home, settings }: Asking): Located {
  if (target.kind === "remote") {
    const { scheme, origin, base_url } = target.server;
    const { host, port } = new URL(origin);
    const address = port === "" ? `${host}:${scheme === "https" ? 443 : 80}` : host;
    return { kind: "remote", network: "tcp", scheme, address, request_base_url: base_url };
  }
  const [daemon] = liveRecords(target.home);
  const listen = target.home.path === home.path ? settings().listen : undefined;
  const address = daemon?.address ?? [listen].flat()[0] ?? `unix://${target.home.socket}`;
  const running = daemon !== undefined;
  if (address.startsWith("unix://")) return { kind: "local", network: "unix", scheme: "unix", address, running };
  return { kind: "local", network: "tcp", scheme: "http", address, request_base_url: `http://${address}`, running };
}
