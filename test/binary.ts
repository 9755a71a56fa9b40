import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import { Glob } from "bun";

const ROOT = join(import.meta.dir, "..");
const OURS = join(ROOT, "dist/kata");
let built: string | undefined;

/** The compiled program under test: KATA_TEST_BIN, or this tree's own, which is built anew when it is older than its source. */
export function binary(): string {
  built ??= Bun.env["KATA_TEST_BIN"] ? resolve(Bun.env["KATA_TEST_BIN"]) : upToDate();
  return built;
}

function upToDate(): string {
  const made = changed(OURS);
  const sources = ["build.ts", "package.json", ...new Glob("src/**/*.{ts,sql}").scanSync(ROOT)];
  if (sources.every((file) => file.endsWith(".test.ts") || changed(join(ROOT, file)) <= made)) return OURS;
  const build = Bun.spawnSync([process.execPath, "build.ts"], { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  if (build.exitCode !== 0) throw new Error(`The build failed:\n${build.stderr.toString()}`);
  return OURS;
}

function changed(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
