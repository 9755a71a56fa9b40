import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { paths, type RouteId } from "../src/api/paths.ts";
import { mintToken } from "../src/app/tokens.ts";
import type { Auth } from "../src/config/daemon.ts";
import { readHooks } from "../src/config/hooks.ts";
import { type ListenAddress, type Listener, listenerAt } from "../src/config/listener.ts";
import type { Daemon } from "../src/daemon/daemon.ts";
import { Failures } from "../src/daemon/failures.ts";
import { Hooks } from "../src/daemon/jobs/hooks.ts";
import { handlers } from "../src/daemon/handlers.ts";
import { LiveTokens } from "../src/daemon/live-tokens.ts";
import { serve } from "../src/daemon/router.ts";
import { Storage } from "../src/daemon/storage.ts";
import { SCHEMA_VERSION } from "../src/store/open.ts";
import { freshApp, type TestApp } from "./apps.ts";

/** The shared token of daemons that have one. */
export const SHARED = "change-me";
/** The header by which the trusted proxy of these daemons says who acts. */
export const HEADER = "x-kata-actor";

/**
 * Where a request goes in: straight to a Unix socket or a TCP listener, to one that other hosts reach, or through a listener
 * that a proxy has.
 */
export type Door = "unix" | "tcp" | "remote-tcp" | "proxy-unix" | "proxy-tcp";

const PATIENCE_MS = 10_000;

type Said = {
  method?: string;
  token?: string | undefined;
  headers?: Record<string, string>;
  body?: unknown;
  query?: string;
  signal?: AbortSignal;
};
export type Answered = {
  status: number;
  headers: Headers;
  body: { error?: { code: string; message: string; hint?: string } } & Record<string, unknown>;
};

export type TestDaemon = {
  app: TestApp;
  daemon: Daemon;
  /** Sends a request to a path below /api/v1, and reads the answer. */
  ask(door: Door, path: string, said?: Said): Promise<Answered>;
  /** The same, with the answer as it comes. */
  fetch(door: Door, path: string, said?: Said): Promise<Response>;
  /** The port or the path of a door. */
  place(door: Door): ListenAddress;
  mint(wanted: Partial<Parameters<typeof mintToken>[1]>): Promise<{ id: number; plaintext: string }>;
  [Symbol.asyncDispose](): Promise<void>;
};

/** A daemon in this process, over a new database, with a door of each kind: `await using kata = await freshDaemon({ token: SHARED })`. */
export async function freshDaemon(auth: Partial<Auth> = {}): Promise<TestDaemon> {
  const app = await freshApp();
  const folder = mkdtempSync(join(tmpdir(), "kata-doors-"));
  const ending = new AbortController();
  const daemon: Daemon = {
    app,
    version: "0.0.0",
    schema_version: SCHEMA_VERSION,
    db_path: "/private/kata.db",
    started_at: app.now().toISOString(),
    ending: ending.signal,
    listeners: [],
    allowed_hosts: [],
    auth: { token: undefined, insecure_readonly: false, require_token_identity: false, trusted_actor_header: HEADER, ...auth },
    tokens: new LiveTokens(app),
    failures: new Failures(() => app.now().getTime()),
    hooks: new Hooks({ app, home: { path: folder, hooks: join(folder, "hooks") }, limits: readHooks({ path: folder }).limits, env: {} }),
    storage: new Storage(() => app.now().getTime()),
  };
  const doors = new Map<Door, { server: Bun.Server<undefined>; address: ListenAddress }>();
  for (const door of ["unix", "tcp", "remote-tcp", "proxy-unix", "proxy-tcp"] as const) {
    const address: ListenAddress = door.endsWith("unix")
      ? { kind: "unix", path: join(folder, door) }
      : { kind: "tcp", host: "127.0.0.1", port: 0 };
    // The daemon goes by what it knows of the listener: that this machine has no such address is no matter.
    const known: ListenAddress = door === "remote-tcp" ? { kind: "tcp", host: "100.64.0.5", port: 7777 } : address;
    const listener: Listener = { ...listenerAt(known), is_proxy: door.startsWith("proxy") };
    const where = address.kind === "unix" ? { unix: address.path } : { hostname: address.host, port: 0 };
    const server = Bun.serve({ ...where, ...serve(daemon, listener, handlers) } as Bun.Serve.Options<undefined, string>);
    doors.set(door, { server, address: address.kind === "unix" ? address : { ...address, port: server.port ?? 0 } });
  }
  const place = (door: Door): ListenAddress => doors.get(door)?.address as ListenAddress;
  const send = (door: Door, path: string, { method = "GET", token, headers, body, query = "", signal }: Said = {}) => {
    const address = place(door);
    const origin = address.kind === "unix" ? "http://kata.invalid" : `http://${address.host}:${address.port}`;
    return fetch(`${origin}${path.startsWith("/openapi") ? "" : "/api/v1"}${path}${query}`, {
      method,
      redirect: "manual",
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(address.kind === "unix" && { unix: address.path }),
      ...(signal && { signal }),
    });
  };
  return {
    app,
    daemon,
    place,
    fetch: send,
    async ask(door, path, said) {
      const response = await send(door, path, { signal: AbortSignal.timeout(PATIENCE_MS), ...said });
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: text === "" ? {} : (JSON.parse(text) as Answered["body"]) };
    },
    async mint(wanted) {
      const { token, plaintext } = await mintToken(app, { actor: "wesm", ...wanted });
      return { id: token.id, plaintext };
    },
    async [Symbol.asyncDispose]() {
      ending.abort();
      await Promise.all([...doors.values()].map(({ server }) => server.stop(true)));
      rmSync(folder, { recursive: true });
      await app[Symbol.asyncDispose]();
    },
  };
}

/** A route's method and its path below /api/v1, with something in the place of each parameter. */
export function requestOf(id: RouteId): { method: string; path: string } {
  const [method = "", path = ""] = paths[id].split(" ");
  return { method, path: path.replace("/api/v1", "").replaceAll(/:(\w+)/g, (_, name: string) => (name === "ref" ? "abc4" : "1")) };
}
