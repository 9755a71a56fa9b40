/** Compiles the one binary: `bun build.ts [--outfile PATH]`. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { version } from "./package.json";

const { values } = parseArgs({ options: { outfile: { type: "string", default: "dist/kata" } } });
const git = Bun.spawnSync(["git", "rev-parse", "--short=12", "HEAD"], { stderr: "ignore" });
const commit = git.exitCode === 0 ? git.stdout.toString().trim() : "none";
const build = { version, commit, built: new Date().toISOString() };

mkdirSync(dirname(values.outfile), { recursive: true });
const result = await Bun.build({
  entrypoints: ["src/main.ts"],
  minify: true,
  bytecode: true,
  format: "esm",
  splitting: true,
  target: "bun",
  define: { KATA_BUILD: JSON.stringify(build) },
  // A repository's .env and bunfig.toml must never reach its users' kata.
  compile: { outfile: values.outfile, autoloadDotenv: false, autoloadBunfig: false },
});
for (const message of result.logs) console.error(message);
if (!result.success) process.exit(1);
console.log(`${values.outfile}: kata ${version} (${commit})`);
