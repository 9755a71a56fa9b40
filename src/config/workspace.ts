import { type Alias, isGitIdentity, nameOfIdentity, remoteIdentity } from "../core/alias.ts";
import { KataError, LocalError } from "../core/error.ts";
import { isBlank } from "../core/text.ts";
import { isFile, isFolder, isThere, readAhead } from "./files.ts";
import { basename, dirname, join, resolve } from "./path.ts";
import { parseToml, textOf } from "./toml.ts";

/** What is found above a folder: where it is bound, and where its repository begins (cli.md §4.1). */
export type Workspace = {
  start: string;
  /** The folder that holds `.kata.toml`. */
  root: string | undefined;
  git_root: string | undefined;
};

export function findWorkspace(start: string): Workspace {
  const from = resolve(start);
  if (!isFolder(from))
    throw new KataError("validation", `There is no folder ${JSON.stringify(start)}.`, {
      hint: "--workspace names the folder to look for a project in.",
    });
  return {
    start: from,
    root: above(from, (folder) => isFile(join(folder, ".kata.toml"))),
    git_root: above(from, (folder) => isThere(join(folder, ".git"))),
  };
}

function above(from: string, holds: (folder: string) => boolean): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    if (holds(folder)) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

/** The project that `.kata.toml` names; undefined without one. A broken file is refused with file and line. */
export function boundName(workspace: Workspace): string | undefined {
  if (workspace.root === undefined) return undefined;
  const path = join(workspace.root, ".kata.toml");
  const text = textOf(path) ?? "";
  const file = asValidation(() => parseToml(path, text)) as { version?: unknown; project?: { name?: unknown; identity?: unknown } };
  if (file.version !== 1) throw new LocalError("validation", `${path}: version must be 1`, "The file begins with the line: version = 1");
  const { name, identity } = file.project ?? {};
  const found = typeof name === "string" ? name : typeof identity === "string" ? nameOfIdentity(identity) : undefined;
  if (found === undefined || isBlank(found)) {
    throw new LocalError("validation", `${path}: [project] name is missing or blank`, 'Name the project: [project] name = "…"');
  }
  return found.trim();
}

function asValidation<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof LocalError) throw new LocalError("validation", error.message, error.hint);
    throw error;
  }
}

const folderOf = ({ root, git_root, start }: Workspace): string => root ?? git_root ?? start;

/** Binds a workspace: writes `.kata.toml`, unless it says the same, and lists the machine's own file in `.gitignore`. */
export function bind(workspace: Workspace, name: string): void {
  if (currentName(workspace) !== name) writeName(workspace, name);
  const ignore = join(folderOf(workspace), ".gitignore");
  const lines = textOf(ignore) ?? "";
  if (lines.split("\n").some((line) => line.trim() === ".kata.local.toml")) return;
  process
    .getBuiltinModule("node:fs")
    .writeFileSync(ignore, `${lines}${lines === "" || lines.endsWith("\n") ? "" : "\n"}.kata.local.toml\n`);
}

/** Follows a project that has another name now. Where the file can't be written, the alias goes on leading to the project. */
export function rebind(workspace: Workspace, name: string): void {
  try {
    writeName(workspace, name);
  } catch {
    // A checkout that can only be read is no reason to refuse a command.
  }
}

function writeName(workspace: Workspace, name: string): void {
  const text = `version = 1\n\n[project]\nname = ${JSON.stringify(name)}\n`;
  process.getBuiltinModule("node:fs").writeFileSync(join(folderOf(workspace), ".kata.toml"), text);
}

function currentName(workspace: Workspace): string | undefined {
  try {
    return boundName(workspace);
  } catch {
    return undefined;
  }
}

/** How a daemon knows this workspace; undefined outside of both a binding and a repository. */
export function aliasOf(workspace: Workspace): Alias | undefined {
  const { git_root, root } = workspace;
  const remote = git_root && remoteOf(git_root);
  const identity = remote && remoteIdentity(remote);
  if (git_root !== undefined && identity !== undefined && isGitIdentity(identity)) return { identity, kind: "git", root_path: git_root };
  const folder = git_root ?? root;
  return folder === undefined ? undefined : localAlias(folder);
}

export function localAlias(folder: string): Alias {
  return { identity: `local://${folder}`, kind: "local", root_path: folder };
}

/** The name that a new project of this workspace gets; undefined when nothing suggests one. */
export function suggestedName(workspace: Workspace): string | undefined {
  const alias = aliasOf(workspace);
  if (alias?.kind === "git") return nameOfIdentity(alias.identity);
  const folder = workspace.git_root ?? workspace.root;
  return folder === undefined ? undefined : basename(folder);
}

/** The address of `origin`, or else of the first remote, read from the repository's own configuration file. */
function remoteOf(gitRoot: string): string | undefined {
  const remotes = new Map<string, string>();
  let inside: string | undefined;
  for (const line of (textOf(join(gitFolder(gitRoot), "config")) ?? "").split("\n")) {
    const section = /^\s*\[\s*([^\s\]"]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\]/.exec(line);
    if (section) inside = section[1]?.toLowerCase() === "remote" ? section[2] : undefined;
    const url = /^\s*url\s*=\s*"?(.*?)"?\s*$/i.exec(line.replace(/^\s*\[[^\]]*\]/, ""));
    if (inside !== undefined && url?.[1] && !remotes.has(inside)) remotes.set(inside, url[1]);
  }
  return remotes.get("origin") ?? remotes.values().next().value;
}

/** Where a repository keeps its configuration: `.git` may be a file that points to it (git-worktree, submodules). */
function gitFolder(gitRoot: string): string {
  const dot = join(gitRoot, ".git");
  if (isFolder(dot)) return dot;
  const folder = linkedFolder(gitRoot, textOf(dot));
  return commonFolder(folder, textOf(join(folder, "commondir")));
}

const linkedFolder = (gitRoot: string, dot = ""): string => resolve(gitRoot, /^gitdir:\s*(.+)$/m.exec(dot)?.[1] ?? ".git");
const commonFolder = (folder: string, commondir = ""): string => resolve(folder, commondir.trim());

/** Reads ahead what tells whose a workspace is, and other files along with it. */
export async function readWorkspaceAhead(start: string, others: readonly string[]): Promise<void> {
  const { root, git_root } = findWorkspace(start);
  const bound = root === undefined ? [] : [join(root, ".kata.toml")];
  const dot = git_root === undefined ? undefined : join(git_root, ".git");
  if (git_root === undefined || dot === undefined) return void (await readAhead([...bound, ...others]));
  if (isFolder(dot)) return void (await readAhead([join(dot, "config"), ...bound, ...others]));
  const [text] = await readAhead([dot, ...bound, ...others]);
  const folder = linkedFolder(git_root, text);
  const [common] = await readAhead([join(folder, "commondir")]);
  await readAhead([join(commonFolder(folder, common), "config")]);
}
