import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const made = new Map<string, string>();

/** A library of this folder that is preloaded into a program; compiled once, by the machine's own compiler. */
export function preloaded(name: "disk" | "clock"): string {
  let path = made.get(name);
  if (path === undefined) made.set(name, (path = compile(name)));
  return path;
}

function compile(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), "kata-preload-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const library = join(folder, `${name}.so`);
  const source = join(import.meta.dir, `${name}.c`);
  const cc = Bun.spawnSync(["cc", "-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library, source, "-ldl", "-lpthread"]);
  if (cc.exitCode !== 0) throw new Error(`${name}.c was not compiled:\n${cc.stderr.toString()}`);
  return library;
}

/** Whether programs can be given a library of ours at all. */
export const mayPreload = process.platform === "linux" && Bun.which("cc") !== null;
