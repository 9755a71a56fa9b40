import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Workspace } from "../workspace.ts";
import type { Networks } from "./networks.ts";

/** The listener of clients that go past the proxy. */
export const DIRECT = "127.0.0.1:7777";
const PATIENCE_MS = 15_000;

/** A daemon that a proxy stands in front of, on a Unix socket that the proxy's user gets at by its group. */
export type Proxied = {
  host: Workspace;
  /** The listeners that are the proxy's alone: a Unix socket, and a loopback address. */
  socket: string;
  tcp: string;
  /** A folder that proxies may read. */
  folder: string;
  /** Starts a server, and waits until it takes connections at a port. */
  start(words: string[], port: number, env?: Record<string, string>, address?: string): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

export async function proxied(networks: Networks, auth = ""): Promise<Proxied> {
  // A path that other users get at, which a workspace's is not.
  const folder = mkdtempSync(join(tmpdir(), "kata-proxy-"));
  await Bun.$`chmod 755 ${folder}`;
  const socket = join(folder, "run/proxy.sock");
  const tcp = "127.0.0.1:7778";
  const config = `listen = ["${tcp}", "${DIRECT}"]

[[listener]]
address = "unix://${socket}"
group = "www-data"

[auth]
${auth}

[auth.proxy]
trusted_actor_header = "X-Kata-Actor"
trusted_proxy_listeners = ["unix://${socket}", "${tcp}"]
`;
  const host = await networks.user("daemon", { config });
  const running: Bun.Subprocess[] = [];
  const end = async () => {
    for (const proxy of running) proxy.kill("SIGTERM");
    await Promise.all(running.map((proxy) => proxy.exited));
    await host[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  };
  const start = async (words: string[], port: number, env: Record<string, string> = {}, address = "100.64.0.5") => {
    const proxy = Bun.spawn(["setpriv", "--pdeathsig=TERM", ...(await networks.on("daemon")), ...words], {
      cwd: folder,
      env: { PATH: process.env["PATH"] ?? "", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    running.push(proxy);
    for (const until = Date.now() + PATIENCE_MS; ; await Bun.sleep(10)) {
      const { exit } = await networks.run("daemon", ["bash", "-c", `: 2>&1 3<>/dev/tcp/${address}/${port}`]);
      if (exit === 0) return;
      if (proxy.exitCode !== null || Date.now() > until) throw new Error(`${words[0]} does not run: ${await proxy.stderr.text()}`);
    }
  };
  try {
    const { exit, stderr } = await host`daemon start`;
    if (exit !== 0) throw new Error(stderr);
  } catch (error) {
    await end();
    throw error;
  }
  return { host, socket, tcp, folder, start, [Symbol.asyncDispose]: end };
}

const json = ["-H", "Content-Type: application/json"];

/** Creates an issue by curl on the client's host, and tells whom it is credited to, or why there is none. */
export async function authorBy(networks: Networks, url: string, ...words: string[]): Promise<string> {
  const title = Bun.randomUUIDv7();
  const body = JSON.stringify({ actor: "mallory", title });
  const curl = [
    "curl",
    "--http1.1",
    "--silent",
    "--show-error",
    "--max-time",
    "10",
    "--write-out",
    "\n%{http_code}",
    ...json,
    ...words,
    "--data",
    body,
  ];
  const { exit, stdout, stderr } = await networks.run("client", [...curl, `${url}/api/v1/projects/1/issues`]);
  if (exit !== 0) throw new Error(`curl ends with ${exit}: ${stderr}`);
  return authorIn(stdout.slice(stdout.lastIndexOf("\n") + 1), stdout.slice(0, stdout.lastIndexOf("\n")));
}

/** Whom an answer credits an issue to, or its status and code. */
export function authorIn(status: string, body: string): string {
  const code = /"code":"(\w+)"/.exec(body)?.[1];
  if (status === "200") return (JSON.parse(body) as { issue: { author: string } }).issue.author;
  return code === undefined ? status : `${status} ${code}`;
}
