import { test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const mayMount =
  process.platform === "linux" &&
  process.getuid?.() === 0 &&
  Bun.which("unshare") !== null &&
  Bun.spawnSync(["unshare", "--mount", "--net", "--pid", "--fork", "true"]).success;

/**
 * A test that needs root on Linux, and these files and programs. Elsewhere it says so and is listed as left out; where
 * everything must run, it fails.
 */
export function asRoot(needs: readonly string[]) {
  const isThere = (need: string) => (need.startsWith("/") ? existsSync(need) : Bun.which(need) !== null);
  const missing = [...(mayMount ? [] : ["root on Linux"]), ...needs.filter((need) => !isThere(need))];
  const isLeftOut = missing.length > 0 && !Bun.env["CI"];
  if (isLeftOut) console.log(`left out: what needs ${missing.join(", ")}`);
  return test.skipIf(isLeftOut);
}

/** Shell scripts of this folder, one after the other. */
export async function scriptOf(...names: string[]): Promise<string> {
  return (await Promise.all(names.map((name) => Bun.file(join(import.meta.dir, `${name}.sh`)).text()))).join("\n");
}

type Env = Record<string, string>;
type Ran = { exit: number; stdout: string; stderr: string };

/** Runs a shell script in mount and pid namespaces of its own, where it is the first process, as in a container. */
export class Namespace {
  readonly process: Bun.Subprocess<"ignore", "pipe", "pipe">;

  constructor(script: string, words: readonly string[], { env = {}, more = [] }: { env?: Env; more?: string[] } = {}) {
    // It dies with the test, however that ends.
    this.process = Bun.spawn(
      [
        "setpriv",
        "--pdeathsig=KILL",
        "unshare",
        "--mount",
        "--pid",
        "--fork",
        "--kill-child",
        ...more,
        "bash",
        "-euc",
        script,
        "bash",
        ...words,
      ],
      {
        env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", ...env },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
  }

  /** The first process, by the number that it has out here; undefined while there is none. */
  get init(): number | undefined {
    const { pid } = this.process;
    const [first = ""] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
    return first === "" ? undefined : Number(first);
  }

  /** Runs a command beside the first process, in the root that it has. */
  async run(words: readonly string[], { env = {}, user = 0 }: { env?: Env; user?: number } = {}): Promise<Ran> {
    const enter = ["nsenter", `--target=${this.init}`, "--all", "--root", "--wd", `--setuid=${user}`, `--setgid=${user}`];
    const child = Bun.spawn([...enter, ...words], { env, stdio: ["ignore", "pipe", "pipe"] });
    const [stdout, stderr, exit] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    return { exit, stdout, stderr };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.process.kill("SIGKILL");
    await this.process.exited;
  }
}
