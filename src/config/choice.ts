import { shownAddress } from "../core/address.ts";
import { LocalError } from "../core/error.ts";
import { findDaemon } from "./catalog.ts";
import { readLocalFile } from "./local-file.ts";
import { dirname, join } from "./path.ts";
import type { Settings } from "./settings.ts";
import type { Token } from "./token.ts";
import { textOf } from "./toml.ts";
import { findWorkspace } from "./workspace.ts";

type Env = Record<string, string | undefined>;

/** What the choice of a daemon is made from. */
export type Asked = {
  /** The value of --daemon. */
  daemon: string | undefined;
  env: Env;
  /** The folder that `.kata.local.toml` is looked for from. */
  folder: string;
  settings(): Settings;
  /** Told what is passed over, and why. */
  notice(line: string): void;
};

/** Which daemon was chosen and by what (cli.md §5.2). Whether it may be talked to is not judged yet. */
export type Choice = {
  source: "daemon_flag" | "configured" | "local_default";
  /** What chose it: a flag, a variable, a file. */
  by: string;
  /** Its name in the catalog. */
  name?: string;
} & ({ kind: "local"; home?: string | undefined; token?: OwnToken } | ({ kind: "remote"; token?: OwnToken } & Remote));

export type Remote = {
  url: string;
  /** Where the address is written. */
  at: string;
  insecure: boolean;
  ca_file?: string | undefined;
  proxy?: string | undefined;
};

/** The token of this daemon alone; undefined where it has none, and then the shared one is for it too. */
export type OwnToken = () => Token | undefined;

/** `--daemon`, else KATA_SERVER, else `.kata.local.toml`, else `active_daemon`, else this machine's own daemon. */
export function chooseDaemon(asked: Asked): Choice {
  const { daemon, env, settings } = asked;
  if (daemon !== undefined) return inCatalog(asked, daemon, "daemon_flag", `--daemon ${shownAddress(daemon)}`);
  const url = env["KATA_SERVER"];
  if (url) {
    const insecure = /^(?:1|true)$/.test(env["KATA_ALLOW_INSECURE"] ?? "");
    return { source: "configured", by: "KATA_SERVER", kind: "remote", url, at: "KATA_SERVER", insecure };
  }
  const local = inWorkspace(asked);
  if (local) return local;
  const active = settings().active_daemon;
  if (active) return inCatalog(asked, active, "configured", `active_daemon in ${settings().path}`);
  return { source: "local_default", by: "nothing names another daemon", kind: "local" };
}

function inCatalog({ settings, env }: Asked, name: string, source: Choice["source"], by: string): Choice {
  return findDaemon(settings(), env, name, { source, by });
}

/** What the nearest `.kata.local.toml` says that names a daemon, at or below the workspace's root or its repository's. */
function inWorkspace(asked: Asked): Choice | undefined {
  const { root, git_root, start } = findWorkspace(asked.folder);
  const boundary = [root, git_root].filter((folder) => folder !== undefined).sort((a, b) => b.length - a.length)[0];
  if (boundary === undefined) return undefined;
  for (let folder = start; ; folder = dirname(folder)) {
    const path = join(folder, ".kata.local.toml");
    if (textOf(path) !== undefined) {
      const server = readLocalFile(path, git_root, asked);
      if (server?.daemon !== undefined) return inCatalog(asked, server.daemon, "configured", `[server] daemon in ${path}`);
      if (server?.remote !== undefined) return { source: "configured", by: path, kind: "remote", ...server.remote };
    }
    if (folder === boundary) return undefined;
  }
}

/** Refuses an empty value: a variable that is not set must not lead to another daemon than was meant. */
export function checkDaemonName(name: string | undefined): string | undefined {
  if (name === undefined || name.trim() !== "") return name;
  throw new LocalError(
    "usage",
    "--daemon needs the name of a [[daemon]] in config.toml",
    "Leave it out for the daemon that is chosen otherwise.",
  );
}
