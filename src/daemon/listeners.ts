import { chmodSync, lstatSync, mkdirSync, unlinkSync } from "node:fs";
import { dirname } from "node:path";
import { type ListenAddress, printListen } from "../config/listener.ts";
import { LocalError } from "../core/error.ts";

/** Cuts a connection on which nothing moves; streams beat faster. The runtime counts in steps of four seconds. */
const IDLE_S = 12;
/** The largest body of any route; each has its own limit below it. */
const LARGEST_BODY = 64 * 1_048_576;

type Serving = Pick<Bun.Serve.Options<undefined, string>, "routes" | "fetch">;

/** Opens a listener. The caller holds the database's lock, so a socket nobody answers on is a dead daemon's. */
export async function listen(address: ListenAddress, serving: Serving): Promise<Bun.Server<undefined>> {
  const common = { ...serving, idleTimeout: IDLE_S, maxRequestBodySize: LARGEST_BODY, development: false, reusePort: false };
  if (address.kind === "tcp") {
    try {
      return Bun.serve({ hostname: address.host, port: address.port, ...common } as Bun.Serve.Options<undefined, string>);
    } catch (error) {
      throw inUse(error, address);
    }
  }
  const folder = dirname(address.path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  await clearDeadSocket(address);
  // The socket gets its mode as it is made: there is no moment at which it is open to others.
  const before = process.umask(0o177);
  try {
    // Its type forbids an idle timeout on a Unix socket; the runtime obeys it.
    const server = Bun.serve({ unix: address.path, ...common } as unknown as Bun.Serve.Options<undefined, string>);
    chmodSync(address.path, 0o600);
    return server;
  } catch (error) {
    throw inUse(error, address);
  } finally {
    process.umask(before);
  }
}

function inUse(error: unknown, address: ListenAddress): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  const name = printListen(address);
  if (code === "EADDRINUSE")
    return new LocalError("internal", `${name} is in use by another program`, "Stop it, or listen on another address.");
  return new LocalError("internal", `${name} can't be opened: ${message}`);
}

async function clearDeadSocket(address: ListenAddress & { kind: "unix" }): Promise<void> {
  const found = lstatSync(address.path, { throwIfNoEntry: false });
  if (!found) return;
  if (!found.isSocket())
    throw new LocalError(
      "internal",
      `${address.path} is there and is no socket: it was left untouched`,
      "Move it away, or listen on another address.",
    );
  if (await answers(address.path)) throw inUse({ code: "EADDRINUSE" }, address);
  unlinkSync(address.path);
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
