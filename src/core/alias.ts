import { KataError } from "./error.ts";
import { isBlank } from "./text.ts";

export type AliasKind = "git" | "local";
/** How a workspace is known to a daemon: its git remote, or its folder (cli.md §4.2). */
export type Alias = { identity: string; kind: AliasKind; root_path: string };

/** Whether a remote's identity can be an alias; a workspace with another is known by its folder. */
export function isGitIdentity(identity: string): boolean {
  return /^[A-Za-z0-9._:/-]+$/.test(identity);
}

/** A checked alias, or a refusal that names the member. */
export function checkAlias({
  identity,
  kind,
  root_path,
}: {
  identity: string;
  kind: string;
  root_path?: string | null | undefined;
}): Alias {
  if (kind !== "git" && kind !== "local")
    throw new KataError("validation", `alias.kind: must be git or local, not ${JSON.stringify(kind)}`);
  if (kind === "git" && !isGitIdentity(identity)) {
    throw new KataError("validation", `alias.identity: ${JSON.stringify(identity)} must be of A-Z a-z 0-9 . _ : / -`);
  }
  if (kind === "local" && !/^local:\/\/./.test(identity)) {
    throw new KataError("validation", `alias.identity: ${JSON.stringify(identity)} must be local:// and a path`);
  }
  if (root_path == null || isBlank(root_path)) throw new KataError("validation", "alias.root_path: must not be blank");
  return { identity, kind, root_path };
}

/** The identity of a git remote: `host/path` without credentials and `.git`; undefined when the text is no address. */
export function remoteIdentity(remote: string): string | undefined {
  const scp = /^(?:[^/@\s]+@)?([^/:\s]+):(?!\/\/)(.+)$/.exec(remote);
  const url = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/@]*@)?([^/]+)\/(.+)$/i.exec(remote);
  const [, host, path] = url ?? scp ?? [];
  if (host === undefined || path === undefined) return undefined;
  const clean = decode(path)
    .replace(/^\/+/, "")
    .replace(/\/+$/, "")
    .replace(/\.git$/, "");
  return `${url ? host.replace(/:(\d+)$/, "/$1") : host}/${clean}`.replaceAll(" ", "-");
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The name that a project gets from an identity: what follows the last `/` or `:`. */
export function nameOfIdentity(identity: string): string {
  return identity.split(/[/:]/).findLast((part) => part !== "") ?? identity;
}
