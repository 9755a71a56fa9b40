import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binary } from "../binary.ts";
import { Namespace, scriptOf } from "../namespace.ts";
import type { Host, Networks } from "./networks.ts";

const PATH = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin";
const BOOT = `
  make_root "$1" "$2"
  hostname "$3"
  # Where this file system has the runtime, the host may have a folder of its own.
  touch "$root/usr/local/bin/bun"
  mount --bind "$4" "$root/usr/local/bin/bun"
  mount -t tmpfs -o mode=700 tmpfs "$root/root"
  rm -f "$root"/etc/caddy/Caddyfile "$root"/etc/nginx/sites-enabled/*
  enter_root "$root"
  echo ready
  exec sleep infinity`;

/**
 * Runs commands, then keeps what the shell exports and where it is, for the next. What they leave in the background holds a
 * file, and not the pipe that is read to its end.
 */
const SESSION = `
  trap 'cat ~/.stdout; cat ~/.stderr >&2' EXIT
  cd; if [ -f ~/.session ]; then . ~/.session; fi
  eval "$1" > ~/.stdout 2> ~/.stderr
  { declare -px; printf 'cd %q\\n' "$PWD"; } > ~/.session`;

/** A host with a root of its own, in which commands run as they stand on a page. */
export class Machine {
  readonly #namespace: Namespace;
  readonly #folder: string;
  readonly #running: Bun.Subprocess[] = [];

  private constructor(namespace: Namespace, folder: string) {
    this.#namespace = namespace;
    this.#folder = folder;
  }

  static async boot(networks: Networks, host: Host): Promise<Machine> {
    const folder = mkdtempSync(join(tmpdir(), "kata-machine-"));
    const script = `${await scriptOf("overlay-root")}\n${BOOT}`;
    const enter = [...(await networks.on(host)), "bash", "-euc", script, "bash", folder, binary(), host, process.execPath];
    const namespace = new Namespace('exec "$@"', enter, { more: ["--uts"] });
    const { value } = await namespace.process.stdout.getReader().read();
    if (!value) throw new Error(await namespace.process.stderr.text());
    return new Machine(namespace, folder);
  }

  /** Runs a block of commands as one who has logged in; it must not fail. */
  async run(block: string, env: Record<string, string> = {}): Promise<string> {
    const { exit, stdout, stderr } = await this.try(block, env);
    if (exit !== 0) throw new Error(`${block}\nends with ${exit}: ${stderr}`);
    return stdout;
  }

  async try(block: string, env: Record<string, string> = {}) {
    const login = { PATH, HOME: "/root", USER: "root", LANG: "C.UTF-8", ...env };
    return this.#namespace.run(["bash", "-euo", "pipefail", "-c", SESSION, "bash", block], { env: login });
  }

  /** Writes a file, with folders for it. */
  async put(path: string, text: string, mode = "600"): Promise<void> {
    const to = path.replace(/^~/, "/root");
    await this.run(
      `mkdir -p "$(dirname '${to}')"; (umask 077; cat > '${to}' <<'END OF FILE'\n${text}\nEND OF FILE\n); chmod ${mode} '${to}'`,
    );
  }

  /** Starts a command that goes on, and waits until something listens at a port of this host. */
  async serve(words: string[], port: number, env: Record<string, string> = {}): Promise<void> {
    const enter = ["nsenter", `--target=${this.#namespace.init}`, "--all", "--root", "--wd"];
    const child = Bun.spawn([...enter, ...words], { env: { PATH, HOME: "/root", ...env }, stdio: ["ignore", "pipe", "pipe"] });
    this.#running.push(child);
    while ((await this.try(`ss -Hltn 'sport = :${port}' | grep -q .`)).exit !== 0) {
      if (child.exitCode !== null) throw new Error(`${words.join(" ")} ended: ${await child.stderr.text()}`);
      await Bun.sleep(20);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#namespace[Symbol.asyncDispose]();
    await Promise.all(this.#running.map((child) => child.exited));
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
