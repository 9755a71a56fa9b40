import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { aliasOf, findWorkspace, readWorkspaceAhead } from "./workspace.ts";

let root: string;
const git = (...words: string[]) => Bun.$`git -c user.name=t -c user.email=t@example.com ${words}`.cwd(root).quiet();

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "kata-workspace-"));
  await git("init", "-q", "main");
  await git("-C", "main", "commit", "-q", "--allow-empty", "-m", "first");
  await git("-C", "main", "remote", "add", "origin", "https://example.com/tools/kata.git");
  await git("-C", "main", "worktree", "add", "-q", "../linked");
});
afterAll(() => rmSync(root, { recursive: true }));

test.each(["main", "linked"])("`aliasOf()` finds the remote of the repository in %p, whether it was read ahead or not", async (name) => {
  const folder = join(root, name);
  const found = { identity: "example.com/tools/kata", kind: "git", root_path: folder };
  expect(aliasOf(findWorkspace(folder))).toMatchObject(found);
  await readWorkspaceAhead(folder, []);
  expect(aliasOf(findWorkspace(folder))).toMatchObject(found);
});
