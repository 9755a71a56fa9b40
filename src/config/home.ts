import { join, resolve } from "./path.ts";

type Env = Record<string, string | undefined>;

/** Where everything of one kata lies on this machine (cli.md §5.1). */
export type Home = {
  /** KATA_HOME, or `~/.kata`. */
  path: string;
  /** The database: KATA_DB, or `kata.db` at home. */
  db: string;
  /** Where running daemons of this database say so. */
  runtime: string;
  /** The private socket of this database's daemon. */
  socket: string;
  /** Held by the one daemon of this database for its life. */
  lock: string;
  /** What a daemon in the background says. */
  log: string;
  /** What runs of hooks leave behind. */
  hooks: string;
  config: string;
};

export function homeOf(env: Env): Home {
  const path = resolve(env["KATA_HOME"] || join(env["HOME"] || process.getBuiltinModule("node:os").homedir(), ".kata"));
  const db = resolve(env["KATA_DB"] || join(path, "kata.db"));
  const hash = new Bun.CryptoHasher("sha256").update(db).digest("hex").slice(0, 12);
  const sockets = env["XDG_RUNTIME_DIR"]
    ? join(env["XDG_RUNTIME_DIR"], "kata")
    : join(env["TMPDIR"] || "/tmp", `kata-${process.getuid?.()}`);
  return {
    path,
    db,
    runtime: join(path, "runtime", hash),
    socket: join(sockets, hash, "daemon.sock"),
    lock: lockOf(db),
    log: join(path, "runtime", hash, "daemon.log"),
    hooks: join(path, "hooks", hash),
    config: join(path, "config.toml"),
  };
}

/** What the one daemon of a database holds. */
export function lockOf(db: string): string {
  return `${db}.daemon.lock`;
}
