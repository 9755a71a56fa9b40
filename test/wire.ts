import { connect } from "node:net";
import type { ListenAddress } from "../src/config/listener.ts";

const PATIENCE_MS = 10_000;

/** Sends bytes as they are, and gives all that comes back until the other side closes, or for so long after the first of it. `from` is this side. */
export function speak(
  place: ListenAddress,
  bytes: string | Uint8Array,
  { closeAfterMs, from }: { closeAfterMs?: number; from?: string } = {},
): Promise<string> {
  const at =
    place.kind === "unix"
      ? { path: place.path }
      : { host: place.host, port: place.port, ...(from !== undefined && { localAddress: from }) };
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect(at, () => void socket.write(bytes));
  const got: Buffer[] = [];
  socket.on("data", (data: Buffer) => {
    got.push(data);
    if (closeAfterMs !== undefined) setTimeout(() => socket.destroy(), closeAfterMs);
  });
  // Who is refused in the middle of what it says may find the connection reset, and has its answer all the same.
  socket.on("error", () => undefined);
  const timer = setTimeout(() => socket.destroy(), PATIENCE_MS);
  socket.on("close", () => {
    clearTimeout(timer);
    resolve(Buffer.concat(got).toString());
  });
  return promise;
}

/** A request as it stands on the wire, after whose answer the connection closes. */
export function written(head: readonly string[], body = ""): string {
  return [...head, "Connection: close", "", body].join("\r\n");
}

/** The statuses of all replies in what came back. */
export function statusesIn(got: string): number[] {
  return Array.from(got.matchAll(/HTTP\/1\.1 (\d{3}) /g), ([, status]) => Number(status));
}
