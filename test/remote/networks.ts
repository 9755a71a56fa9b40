import { join } from "node:path";
import { Namespace } from "../namespace.ts";
import { type Workspace, workspace } from "../workspace.ts";

/**
 * Two hosts, and between them the networks that kata tells from each other. What stands for a public address is one that was
 * set aside for examples (RFC 5737, RFC 3849). Nothing leads from here to anywhere else, and all of it ends with the first process.
 */
const NETWORKS = `
  mount -t tmpfs tmpfs /run
  for host in daemon client; do
    ip netns add "$host"
    ip -n "$host" link set lo up
  done
  between() {
    name=$1
    shift
    ip -n daemon link add "$name" type veth peer name "$name" netns client
    for end in daemon:5 client:7; do
      host=\${end%:*}
      ip -n "$host" link set "$name" addrgenmode none
      for address; do
        case $address in *:*) how=nodad ;; *) how= ;; esac
        ip -n "$host" address add "\${address/@/\${end#*:}}" dev "$name" $how
      done
      ip -n "$host" link set "$name" up
    done
  }
  between tailscale0 100.64.0.@/10
  between lan0 10.0.0.@/24 172.16.0.@/24 192.168.0.@/24 169.254.0.@/16 fd00::@/64 fe80::@/64
  between wan0 203.0.113.@/24 2001:db8::@/64
  for host in daemon client; do
    while ip -n "$host" -brief link | grep -q DOWN; do sleep 0.01; done
  done
  echo ready
  exec sleep infinity`;

/** What a certificate of the daemon's host is for: each of its addresses that a URL can have. */
export const NAMES = "127.0.0.1 ::1 100.64.0.5 10.0.0.5 172.16.0.5 192.168.0.5 169.254.0.5 fd00::5 203.0.113.5 2001:db8::5"
  .split(" ")
  .map((address) => `IP:${address}`);

/** The daemon's host has the addresses that end with 5, the client's those that end with 7. */
export type Host = "daemon" | "client";
type Setup = NonNullable<Parameters<typeof workspace>[0]>;
type Options = { stdin?: string | Uint8Array; env?: Record<string, string> };

/** What the tests of one file need: `const networks = new Networks(); afterAll(() => networks.end())`. */
export class Networks {
  #holder: Promise<Namespace> | undefined;

  /** The command that runs another on a host. */
  async on(host: Host): Promise<string[]> {
    this.#holder ??= begin();
    const { init } = await this.#holder;
    return ["nsenter", `--net=/proc/${init}/root/run/netns/${host}`];
  }

  /** A user of kata on a host. */
  async user(host: Host, setup: Setup = {}): Promise<Workspace> {
    return workspace({ project: false, ...setup, through: await this.on(host) });
  }

  /** Runs a command on a host. */
  async run(host: Host, words: readonly string[], { stdin = "", env = {} }: Options = {}) {
    const child = Bun.spawn([...(await this.on(host)), ...words], {
      env: { PATH: process.env["PATH"] ?? "", ...env },
      stdio: [new Blob([stdin]), "pipe", "pipe"],
      timeout: 20_000,
    });
    const [stdout, stderr, exit] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    return { exit, stdout, stderr };
  }

  /** Listens to whatever arrives at a port of the daemon's host. */
  async sniff(port: number) {
    const program = [process.execPath, join(import.meta.dir, "sniffer.ts"), String(port)];
    const child = Bun.spawn([...(await this.on("daemon")), ...program], { stdio: ["ignore", "pipe", "inherit"] });
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    await reader.read();
    return {
      /** What has come until now, to which address and with which bytes. */
      async stop(): Promise<{ to: string; got: string }[]> {
        child.kill("SIGTERM");
        let text = "";
        for (let piece = await reader.read(); !piece.done; piece = await reader.read()) text += piece.value;
        return text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as { to: string; got: string }]));
      },
      [Symbol.dispose]: () => child.kill("SIGKILL"),
    };
  }

  async end(): Promise<void> {
    await (await this.#holder)?.[Symbol.asyncDispose]();
  }
}

async function begin(): Promise<Namespace> {
  const holder = new Namespace(NETWORKS, []);
  const { value } = await holder.process.stdout.getReader().read();
  if (value) return holder;
  throw new Error(`There are no networks: ${await holder.process.stderr.text()}`);
}
