import { KataError } from "../core/error.ts";
import { isBlank } from "../core/text.ts";

type Env = Record<string, string | undefined>;
export type Actor = { actor: string; source: "flag" | "env" | "user" | "git" | "fallback" };

/** Who makes a change: --as, KATA_AUTHOR, USER, git's user.name, anonymous (cli.md §1.3). */
export function actorOf(flag: string | undefined, env: Env, folder: string): Actor {
  if (flag) return { actor: flag, source: "flag" };
  if (env["KATA_AUTHOR"]) return { actor: env["KATA_AUTHOR"], source: "env" };
  if (env["USER"]) return { actor: env["USER"], source: "user" };
  const name = gitName(folder);
  return name === "" ? { actor: "anonymous", source: "fallback" } : { actor: name, source: "git" };
}

const named: Readonly<Record<string, string>> = { flag: "--as", env: "KATA_AUTHOR", user: "USER" };

/** The same for a change, which must be somebody's. */
export function changingActor(flag: string | undefined, env: Env, folder: string): string {
  const { actor, source } = actorOf(flag, env, folder);
  if (!isBlank(actor)) return actor;
  throw new KataError("validation", `${named[source] ?? source} must not be blank.`, {
    hint: "`kata whoami --as NAME` tells who a change is credited to.",
  });
}

function gitName(folder: string): string {
  try {
    return Bun.spawnSync(["git", "config", "user.name"], { cwd: folder, stderr: "ignore" }).stdout.toString().trim();
  } catch {
    return "";
  }
}
