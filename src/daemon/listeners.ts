import { chmodSync, lstatSync, mkdirSync, unlinkSync } from "node:fs";
import { dirname } from "node:path";
import { type Auth, recordOf } from "../config/daemon.ts";
import { type ListenAddress, type Listener, printListen, type TlsFiles } from "../config/listener.ts";
import type { ListenerRecord } from "../config/runtime.ts";
import { LocalError } from "../core/error.ts";
import { type Certificate, readCertificate } from "./certificates.ts";
import { refusalOf } from "./refused-listener.ts";

/** Cuts a connection on which nothing moves; streams beat faster. The runtime counts in steps of four seconds. */
const IDLE_S = 12;
/** The routes have limits of their own: the runtime would refuse a larger body without saying why. One that nobody reads costs nothing. */
const LARGEST_BODY = Number.MAX_SAFE_INTEGER;

type Serving = Pick<Bun.Serve.Options<undefined, string>, "routes" | "fetch">;
type Server = Bun.Server<undefined>;
type TcpAddress = ListenAddress & { kind: "tcp" };

/** A listener that takes requests, and how to end that. */
export type Open = {
  /** With the port that it has. */
  listener: Listener;
  /** The certificate that it shows. */
  certificate?: Certificate;
  /** Shows the certificate that is on disk now, to new connections; false where it has been shown already. */
  renew?(): boolean;
  /** Lets nobody new in; settles when all is answered, which with `force` is cut off. */
  stop(force: boolean): Promise<void>;
};

/**
 * Opens all listeners, or none: what can't be opened is refused, and the others are closed. The caller holds the database's
 * lock, so a socket nobody answers on is a dead daemon's.
 */
export async function openAll(listeners: readonly Listener[], servingOf: (listener: Listener) => Serving): Promise<Open[]> {
  const open: Open[] = [];
  try {
    for (const listener of listeners) open.push(await openOne({ ...listener }, servingOf));
  } catch (error) {
    await Promise.all(open.map((each) => each.stop(true)));
    throw error;
  }
  return open;
}

/** What the runtime record says of them. */
export function recordsOf(open: readonly Open[], auth: Auth): ListenerRecord[] {
  return open.map(({ listener, certificate }) => ({ ...recordOf(listener, auth), ...(certificate && { certificate: certificate.own }) }));
}

async function openOne(listener: Listener, servingOf: (listener: Listener) => Serving): Promise<Open> {
  const { address, tls } = listener;
  const options = { ...servingOf(listener), idleTimeout: IDLE_S, maxRequestBodySize: LARGEST_BODY, development: false };
  try {
    if (address.kind === "unix") return { listener, stop: stopping(new Set([await openSocket(address.path, options)])) };
    if (tls) return await openHttps(listener, address, tls, options);
    const server = serve({ hostname: address.host, port: address.port, reusePort: false, ...options });
    name(listener, address, server);
    return { listener, stop: stopping(new Set([server])) };
  } catch (error) {
    throw error instanceof LocalError ? error : refusalOf(error, address);
  }
}

const serve = (options: object): Server => Bun.serve(options as Bun.Serve.Options<undefined, string>);

const stopping = (servers: ReadonlySet<Server>) => async (force: boolean) => {
  await Promise.all(Array.from(servers, (server) => server.stop(force)));
};

/** A port of 0 has its number now. */
function name(listener: Listener, address: TcpAddress, { port = address.port }: Server): void {
  listener.address = { ...address, port };
  listener.name = printListen(listener.address);
}

/**
 * The runtime can't change the certificate of a server that runs. So the port is shared: a server with the new one opens it
 * too, and the one before takes nobody more, and goes on with those that it has.
 */
async function openHttps(listener: Listener, address: TcpAddress, files: TlsFiles, options: object): Promise<Open> {
  const { host: hostname, port } = address;
  // A port may be shared with whoever shares it too: it must first be ours alone.
  if (port !== 0) await serve({ hostname, port, reusePort: false, fetch: () => new Response(null, { status: 503 }) }).stop(true);
  const open = ({ cert, key }: Certificate, at: number) => serve({ hostname, port: at, reusePort: true, tls: { cert, key }, ...options });
  const certificate = readCertificate(files);
  let server = open(certificate, port);
  name(listener, address, server);
  const servers = new Set([server]);
  const https: Open = {
    listener,
    certificate,
    renew: () => {
      const next = readCertificate(files);
      if (next.cert === https.certificate?.cert && next.key === https.certificate.key) return false;
      const before = server;
      server = open(next, server.port ?? port);
      https.certificate = next;
      servers.add(server);
      void before.stop(false).then(() => servers.delete(before));
      return true;
    },
    stop: stopping(servers),
  };
  return https;
}

async function openSocket(path: string, options: object): Promise<Server> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  await clearDeadSocket(path);
  // The socket gets its mode as it is made: there is no moment at which it is open to others.
  const before = process.umask(0o177);
  try {
    // Its type forbids an idle timeout on a Unix socket; the runtime obeys it.
    const server = serve({ unix: path, ...options });
    chmodSync(path, 0o600);
    return server;
  } finally {
    process.umask(before);
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
