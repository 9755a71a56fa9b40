import { isPrivateHost, kindOfHost } from "../core/address.ts";
import { LocalError } from "../core/error.ts";
import type { Home } from "./home.ts";
import { join } from "./path.ts";
import { readSettings } from "./settings.ts";
import { parseToml, textOf } from "./toml.ts";
import { findWorkspace } from "./workspace.ts";

type Env = Record<string, string | undefined>;

/** Which daemon a front end talks to, and why (cli.md §5.2). */
export type Target = { kind: "local" } | { kind: "remote"; origin: string; from: string };

/** KATA_SERVER, else `[server] url` of `.kata.local.toml`, else this machine's own daemon. */
export function targetOf(env: Env, workspace: string): Target {
  const server = env["KATA_SERVER"];
  if (server)
    return {
      kind: "remote",
      origin: checkUrl(server, "KATA_SERVER", /^(?:1|true)$/.test(env["KATA_ALLOW_INSECURE"] ?? ""), env),
      from: "KATA_SERVER",
    };
  const { root, git_root, start } = findWorkspace(workspace);
  const boundary = [root, git_root].filter((folder) => folder !== undefined).sort((a, b) => b.length - a.length)[0];
  if (boundary === undefined) return { kind: "local" };
  for (let folder = start; folder.startsWith(boundary); folder = join(folder, "..")) {
    const path = join(folder, ".kata.local.toml");
    const text = textOf(path);
    if (text === undefined) continue;
    const { url, insecure } = localServer(path, text);
    if (url !== undefined) return { kind: "remote", origin: checkUrl(url, path, insecure, env), from: path };
  }
  return { kind: "local" };
}

function localServer(path: string, text: string): { url: string | undefined; insecure: boolean } {
  const file = parseToml(path, text) as { version?: unknown; server?: { url?: unknown; allow_insecure?: unknown } };
  if (file.version !== 1) throw new LocalError("internal", `${path}: version must be 1`, "The file begins with the line: version = 1");
  const { url, allow_insecure = false } = file.server ?? {};
  if (url !== undefined && typeof url !== "string") throw new LocalError("internal", `${path}: [server] url must be a text`);
  if (typeof allow_insecure !== "boolean") throw new LocalError("internal", `${path}: [server] allow_insecure must be true or false`);
  return { url: url || undefined, insecure: allow_insecure };
}

/** An address that may be talked to; plain HTTP only where nobody else listens, or where that was allowed and no bearer goes along. */
function checkUrl(text: string, from: string, insecure: boolean, env: Env): string {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol) || url.hostname === "") {
    throw new LocalError(
      "internal",
      `${from}: ${JSON.stringify(text)} must be an http or https address with a host`,
      "For example http://100.64.0.5:7777.",
    );
  }
  const host = writtenHost(text) ?? url.hostname;
  const kind = kindOfHost(host);
  if (url.protocol === "https:" || isPrivateHost(host)) return url.origin;
  if (insecure && !env["KATA_AUTH_TOKEN"] && kind !== "unspecified") return url.origin;
  const what = kind === "name" ? "is a name" : kind === "public" ? "is a public address" : "is no address to connect to";
  const hint = "Use https, an SSH tunnel to 127.0.0.1, or the daemon's private IP address.";
  throw new LocalError("internal", `${from}: plain http only goes to a literal private address, and ${host} ${what}`, hint);
}

/** The host as it was written: the parser turns 127.1 into 127.0.0.1, which nobody wrote. */
function writtenHost(text: string): string | undefined {
  return /^[a-z]+:\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)/i.exec(text.trim())?.[1];
}

/** The bearer for the daemon, and where it came from. */
export function tokenOf(env: Env, home: Home): { value: string; from: string } | undefined {
  if (env["KATA_AUTH_TOKEN"]) return { value: env["KATA_AUTH_TOKEN"], from: "KATA_AUTH_TOKEN" };
  const settings = readSettings(home);
  return settings["auth.token"] ? { value: settings["auth.token"], from: `[auth] token in ${settings.path}` } : undefined;
}
