import { LocalError } from "../core/error.ts";
import type { Asked, Remote } from "./choice.ts";
import { basename, dirname } from "./path.ts";
import { pathIn } from "./token.ts";
import { readToml, type Shape } from "./toml.ts";

/** What `.kata.local.toml` may say: each machine has its own, and git none. */
const shape = {
  version: "number",
  "project.name": "text",
  "server.url": "text",
  "server.daemon": "text",
  "server.allow_insecure": "switch",
  "server.ca_file": "text",
} as const satisfies Shape;

type Named = { daemon?: string; remote?: Remote };

/** The daemon that a `.kata.local.toml` names. One that git tracks is passed over: whoever commits it could have everybody's token. */
export function readLocalFile(
  path: string,
  gitRoot: string | undefined,
  { env, notice }: Pick<Asked, "env" | "notice">,
): Named | undefined {
  const tracked = gitRoot === undefined ? undefined : trackedBy(path, env);
  if (tracked !== undefined) {
    notice(`kata: ${path} is ignored: ${tracked}`);
    return undefined;
  }
  const file = readToml(path, shape) ?? {};
  const { version, "server.url": url, "server.daemon": daemon, "server.allow_insecure": insecure = false, "server.ca_file": ca } = file;
  if (version !== 1) throw new LocalError("internal", `${path}: version must be 1`, "The file begins with the line: version = 1");
  if (url && daemon) throw new LocalError("internal", `${path}: [server] url and daemon exclude each other`, "Leave one of them out.");
  if (daemon) return { daemon };
  return url ? { remote: { url, at: path, insecure, ca_file: ca && pathIn(path, ca, env) } } : undefined;
}

/** Why a file in a repository can't be trusted to be this machine's own; undefined where git says that it does not track it. */
function trackedBy(path: string, env: Asked["env"]): string | undefined {
  // A command that git runs, such as a hook, is told of another repository or index than the file's.
  const plain = Object.fromEntries(Object.entries(env).filter(([name]) => !/^GIT_(?!CONFIG)/.test(name)));
  const words = ["git", "-c", "core.fsmonitor=false", "ls-files", "--error-unmatch", "--", `:(icase)${basename(path)}`];
  let ran: Bun.SyncSubprocess<"ignore", "pipe">;
  try {
    ran = Bun.spawnSync(words, { cwd: dirname(path), env: { ...plain, LC_ALL: "C" }, stdio: ["ignore", "ignore", "pipe"] });
  } catch {
    return "whether git tracks it can't be told without git on the PATH; KATA_SERVER names a daemon as well";
  }
  const said = ran.stderr.toString().trim();
  if (ran.exitCode === 0) return "git tracks it, and it must be this machine's own; `git rm --cached` takes it out of the repository";
  if (ran.exitCode === 1 || said.includes("not a git repository")) return undefined;
  return `whether git tracks it can't be told: ${said.split("\n")[0]}`;
}
