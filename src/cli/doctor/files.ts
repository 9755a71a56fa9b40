import { lstatSync, statSync, type Stats } from "node:fs";
import { dirname } from "node:path";
import type { Settings } from "../../config/settings.ts";
import { pathIn } from "../../config/token.ts";
import { secretOpenTo } from "../../config/token-file.ts";
import type { Context } from "../command.ts";
import type { Checks, Status } from "./check.ts";

/** Whether what kata keeps on this machine is its user's alone. */
export async function checkFiles(checks: Checks, { home, env, asking }: Context): Promise<void> {
  const files = [home.path, home.db, `${home.db}-wal`, home.runtime, home.log];
  checks.add("files.home", privacy(files, "warn", `there is no ${home.path} yet`));
  checks.add(
    "files.socket",
    privacy([dirname(dirname(home.socket)), dirname(home.socket), home.socket], "fail", "there is no private socket"),
  );
  await checks.look("files.secrets", () => {
    const settings = asking.settings();
    const keys = keysIn(settings, env);
    const [gone] = keys.filter((path) => !statOf(path));
    if (gone !== undefined) return { status: "fail", summary: `${gone}, the key of a certificate, is not there`, fix: "Put it there." };
    const secrets = [...(hasSecret(settings) ? [home.config] : []), ...keys];
    if (secrets.length === 0) return { status: "ok", summary: `${home.config} holds no secret` };
    return privacy(secrets, "fail", "");
  });
}

/** The private keys of the daemon's certificates. */
function keysIn(settings: Settings, env: Context["env"]): string[] {
  const { path, "tls.key": common, listener = [] } = settings;
  const named = [common, ...listener.map(({ key }) => key)].filter((key) => key !== undefined);
  return [...new Set(named.map((key) => pathIn(path, key, env)))];
}

function privacy(paths: readonly string[], status: Status, none: string) {
  const there = paths.flatMap((path) => {
    const stat = statOf(path);
    return stat ? [{ path, fault: secretOpenTo(path, stat.isSymbolicLink() ? statSync(path) : stat), isFolder: stat.isDirectory() }] : [];
  });
  const [first] = there;
  if (!first) return { status: "info" as const, summary: none };
  const open = there.filter(({ fault }) => fault !== undefined);
  if (open.length === 0) return { status: "ok" as const, summary: `${there.map(({ path }) => path).at(0)} is yours alone` };
  const details = open.map(({ path, fault }) => `${path} ${fault}`);
  const fix = open.map(({ path, isFolder }) => `chmod ${isFolder ? 700 : 600} ${path}`).join(" && ");
  return { status, summary: details[0] ?? "", details, fix };
}

function statOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

/** Whether config.toml itself has a token, or a proxy's password. */
function hasSecret({ "auth.token": token, daemon = [] }: Settings): boolean {
  return Boolean(token) || daemon.some((each) => Boolean(each.token) || each.proxy?.includes("@"));
}
