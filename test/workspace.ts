import { existsSync, mkdirSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { homeOf } from "../src/config/home.ts";
import { isLocked } from "../src/config/lock.ts";
import { holderOf } from "../src/config/runtime.ts";
import { binary } from "./binary.ts";

type Env = Record<string, string>;
type Options = { stdin?: string; env?: Record<string, string | undefined>; cwd?: string };
type Hole = string | number | readonly (string | number)[];
type Setup = {
  /** The project that the workspace is bound to; false leaves it unbound. */
  project?: string | false;
  /** Whether the workspace is a git repository. */
  git?: boolean;
  /** The repository's remote. */
  origin?: string;
  /** What `config.toml` says. */
  config?: string;
  env?: Env;
  /** The command that runs the program, such as one that enters another network. */
  through?: readonly string[];
};

/** What a command did. */
export type Ran = { exit: number; stdout: string; stderr: string; json<T = unknown>(): T };

export type Workspace = {
  /** Runs the program in the workspace, and waits for it. A hole is one word, and a list as many words as it has. */
  (strings: TemplateStringsArray, ...holes: Hole[]): Promise<Ran>;
  /** The same with words, and with another stdin, environment or folder. */
  run(words: readonly string[], options?: Options): Promise<Ran>;
  /** Starts a command that goes on by itself, such as `events --tail`; it is killed with the workspace. */
  start(words: readonly string[], options?: Options): Bun.Subprocess<"ignore", "pipe", "pipe">;
  /** The program. */
  bin: string;
  /** The folder that it runs in. */
  dir: string;
  /** KATA_HOME. */
  home: string;
  env: Env;
  /** The pids of the daemons that its commands started and that run still. */
  daemons(): number[];
  [Symbol.asyncDispose](): Promise<void>;
};

const PATIENCE_MS = 30_000;
/** How long a daemon may take to end once it is told to. */
const GRACE_MS = 1_000;

/**
 * What is left when this process dies before a workspace was ended: the watch reads from a pipe that no death leaves
 * open, and then ends the daemons whose lock is still held, and takes the folders away.
 */
const WATCH = `
  trap '' INT TERM HUP
  while read -r root; do roots="$roots $root"; done
  for root in $roots; do
    [ -d "$root" ] || continue
    for lock in $(find "$root" -name '*.daemon.lock'); do
      flock -n "$lock" true || kill -9 "$(sed -n 's/.*"pid":\\([0-9]*\\).*/\\1/p' "$lock")"
    done
    rm -rf "$root"
  done`;
let watch: Bun.Subprocess<"pipe", "ignore", "ignore"> | undefined;

function watchOver(root: string): void {
  if (!watch) {
    watch = Bun.spawn(["sh", "-c", WATCH], { stdio: ["pipe", "ignore", "ignore"], detached: true });
    watch.unref();
  }
  void watch.stdin.write(`${root}\n`);
  void watch.stdin.flush();
}

/**
 * A user of kata: a folder, a git workspace in it, a KATA_HOME, and whatever daemon its commands start. All ends with it:
 * await using kata = await workspace(); await kata`create ${title} --label bug`.
 */
export async function workspace(setup: Setup = {}): Promise<Workspace> {
  const { project = "demo", git = true, origin, config, through = [] } = setup;
  const bin = binary();
  const program = [...through, bin];
  const root = mkdtempSync(join(tmpdir(), "kata-test-"));
  watchOver(root);
  const [dir, home, run] = [join(root, "demo"), join(root, "home"), join(root, "run")];
  for (const folder of [dir, home, run, join(root, "user")]) mkdirSync(folder, { mode: 0o700 });
  const env: Env = {
    PATH: process.env["PATH"] ?? "",
    USER: "tester",
    LANG: "C.UTF-8",
    TZ: "UTC",
    HOME: join(root, "user"),
    TMPDIR: root,
    XDG_RUNTIME_DIR: run,
    KATA_HOME: home,
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    ...setup.env,
  };
  if (git) await Bun.$`git init --quiet`.cwd(dir).env(env);
  if (origin) await Bun.$`git remote add origin ${origin}`.cwd(dir).env(env);
  if (config !== undefined) await Bun.write(join(home, "config.toml"), config);

  const children: Bun.Subprocess[] = [];
  const locks = new Set<string>();
  const daemons = () => [...locks].flatMap((lock) => (existsSync(lock) && isLocked(lock) && holderOf(lock)?.pid) || []);
  const options = ({ env: more, cwd = dir }: Options) => {
    const whole = { ...env, ...more };
    locks.add(homeOf(whole).lock);
    return { cwd, env: whole };
  };

  const kata: Workspace = Object.assign((strings: TemplateStringsArray, ...holes: Hole[]) => kata.run(wordsOf(strings, holes)), {
    bin,
    dir,
    home,
    env,
    daemons,
    async run(words: readonly string[], said: Options = {}): Promise<Ran> {
      const stdin = said.stdin === undefined ? "ignore" : new Blob([said.stdin]);
      const child = Bun.spawn([...program, ...words], { ...options(said), stdin, stdout: "pipe", stderr: "pipe", timeout: PATIENCE_MS });
      const [stdout, stderr, exit] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
      if (child.signalCode !== null) throw new Error(`kata ${words.join(" ")} did not end by itself: ${child.signalCode}\n${stderr}`);
      return { exit, stdout, stderr, json: <T>() => JSON.parse(stdout) as T };
    },
    start(words: readonly string[], said: Options = {}) {
      const child = Bun.spawn([...program, ...words], { ...options(said), stdio: ["ignore", "pipe", "pipe"] });
      children.push(child);
      return child;
    },
    async [Symbol.asyncDispose]() {
      for (const child of children) child.kill("SIGKILL");
      await Promise.all(children.map((child) => child.exited));
      for (const pid of daemons()) process.kill(pid, "SIGTERM");
      for (const end = Date.now() + GRACE_MS; daemons().length > 0;) {
        if (Date.now() > end) daemons().forEach(kill);
        await Bun.sleep(5);
      }
      await rm(root, { recursive: true, force: true, maxRetries: 5 });
    },
  });
  if (project !== false) {
    const { exit, stderr } = await kata`init --project ${project}`;
    if (exit !== 0) {
      await kata[Symbol.asyncDispose]();
      throw new Error(`kata init failed: ${stderr}`);
    }
  }
  return kata;
}

/** Words are divided by white space and may stand in double quotes; what touches a hole is one word with it. */
function wordsOf({ raw }: TemplateStringsArray, holes: readonly Hole[]): string[] {
  const words: string[] = [];
  let word: string | undefined;
  const end = () => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  raw.forEach((text, i) => {
    for (const [token, quoted] of text.matchAll(/\s+|"([^"]*)"|[^\s"]+/g)) {
      if (/^\s/.test(token)) end();
      else word = (word ?? "") + (quoted ?? token);
    }
    const hole = holes[i];
    if (hole === undefined) return;
    if (typeof hole !== "object") word = (word ?? "") + hole;
    else words.push(...hole.map(String));
  });
  end();
  return words;
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}
