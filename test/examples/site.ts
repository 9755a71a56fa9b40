import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { homeOf } from "../../src/config/home.ts";
import { type Workspace, workspace } from "../workspace.ts";
import { CLIENT, people } from "./users.ts";

export const BOOTSTRAP = "bootstrap-admin-token";
const IDENTITY = `[auth]\ntoken = "${BOOTSTRAP}"\nrequire_token_identity = true\n`;
const MAIN = join(import.meta.dir, "../../examples/web-frontend/main.ts");
const PATIENCE_MS = 20_000;

/** Waits until something is so. */
export async function until(is: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; !(await is()); await Bun.sleep(50)) if (Date.now() > end) throw new Error(`never: ${what}`);
}

/** A provider that runs. Its users come back to these addresses. */
export async function startProvider(callbacks: readonly string[]): Promise<{ issuer: string; [Symbol.asyncDispose](): Promise<void> }> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "provider.ts"), ...callbacks], {
    env: { PATH: process.env["PATH"] ?? "" },
    stdio: ["pipe", "pipe", "ignore"],
  });
  let issuer = "";
  for await (const piece of child.stdout) {
    issuer += new TextDecoder().decode(piece);
    if (issuer.includes("\n")) break;
  }
  if (!issuer.startsWith("http://127.0.0.1:")) throw new Error(`the provider did not start: ${issuer}`);
  return {
    issuer: issuer.trim(),
    async [Symbol.asyncDispose]() {
      child.kill();
      await child.exited;
    },
  };
}

type TokenRow = { id: number; actor: string; name: string; state: string; expires_at: string | null };
type Running = Bun.Subprocess<"ignore", "ignore", "pipe">;

/** The example in front of a daemon in identity mode, each a process of its own. */
export class Site {
  readonly kata: Workspace;
  readonly #folder: string;
  readonly #relay: Server;
  readonly #env: Record<string, string>;
  #child: Running | undefined;
  /** What the example wrote. */
  log = "";
  /** What went from the example to the daemon. */
  sent = "";
  /** A token of somebody who works by the command line, `cleo`. */
  cleo = "";

  private constructor(kata: Workspace, settings: Record<string, string>) {
    this.kata = kata;
    this.#folder = mkdtempSync(join(tmpdir(), "kata-web-"));
    this.#relay = createServer((client) => {
      const daemon = connect(homeOf(kata.env).socket);
      client.on("data", (piece) => (this.sent += piece.toString("latin1")));
      for (const [from, to] of [
        [client, daemon],
        [daemon, client],
      ] as const)
        from.on("error", () => to.destroy()).pipe(to);
    });
    this.#env = {
      PATH: process.env["PATH"] ?? "",
      WEB_PROJECT: "demo",
      WEB_PEOPLE: join(this.#folder, "people.json"),
      KATA_AUTH_TOKEN: BOOTSTRAP,
      OIDC_CLIENT_ID: CLIENT.client_id,
      OIDC_CLIENT_SECRET: CLIENT.client_secret,
      ...settings,
    };
  }

  static async start(settings: Record<string, string>): Promise<Site> {
    const kata = await workspace({ project: false, config: IDENTITY, env: { KATA_AUTH_TOKEN: BOOTSTRAP } });
    const site = new Site(kata, settings);
    site.cleo = /kata_\w{36}/.exec((await kata`tokens create --actor cleo --name laptop`).stdout)?.[0] ?? "";
    await site.asCleo("init", "--project", "demo");
    await Bun.write(join(site.#folder, "people.json"), JSON.stringify(people));
    await new Promise<void>((listening) => site.#relay.listen(0, "127.0.0.1", listening));
    site.#env["KATA_SERVER"] ??= `http://127.0.0.1:${(site.#relay.address() as { port: number }).port}`;
    await site.run();
    return site;
  }

  /** Starts the example, and waits until it answers. */
  async run(): Promise<void> {
    const before = this.log.length;
    const child: Running = Bun.spawn([process.execPath, "--no-orphans", MAIN], {
      cwd: this.#folder,
      env: this.#env,
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#child = child;
    void (async () => {
      for await (const piece of child.stderr) this.log += new TextDecoder().decode(piece);
    })();
    await until(() => {
      if (child.exitCode !== null) throw new Error(`the example ended:\n${this.log}`);
      return this.log.slice(before).includes(" is served at ");
    }, "the example answers");
  }

  /** Ends the example by a signal, and gives its exit code. */
  async stop(signal: NodeJS.Signals): Promise<number | null> {
    this.#child?.kill(signal);
    await this.#child?.exited;
    return this.#child?.exitCode ?? null;
  }

  async asCleo(...words: string[]): Promise<string> {
    const { exit, stdout, stderr } = await this.kata.run(words, { env: { KATA_AUTH_TOKEN: this.cleo } });
    if (exit !== 0) throw new Error(`kata ${words.join(" ")}: ${stderr}`);
    return stdout;
  }

  async issues(): Promise<{ short_id: string; title: string; author: string; status: string; owner?: string }[]> {
    return (JSON.parse(await this.asCleo("list", "--status", "all", "--json")) as { issues: Awaited<ReturnType<Site["issues"]>> }).issues;
  }

  /** The tokens that the example made, in the daemon's own words. */
  async tokens(): Promise<TokenRow[]> {
    const { tokens } = (await this.kata`tokens list --json`).json<{ tokens: TokenRow[] }>();
    return tokens.filter(({ name }) => name.startsWith("web session at "));
  }

  /** The secrets of all tokens that the example has used so far. */
  secrets(): string[] {
    return [...new Set(Array.from(this.sent.matchAll(/authorization: Bearer (\S+)/gi), ([, token = ""]) => token))];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop("SIGKILL");
    this.#relay.close();
    await this.kata[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true });
  }
}
