import type { Home } from "../../config/home.ts";

type Env = Record<string, string | undefined>;

/** What hooks inherit: the daemon's environment, with its home said, and without what it was given for itself alone. */
export function hookEnvironment(env: Env, { path, db }: Pick<Home, "path" | "db">, secrets: readonly string[]): Env {
  const own = new Set([...secrets, "KATA_AUTOSTART", "KATA_LISTEN", "PORT"]);
  const inherited = Object.entries(env).filter(([name]) => !own.has(name));
  return { ...Object.fromEntries(inherited), KATA_HOME: path, KATA_DB: db };
}
