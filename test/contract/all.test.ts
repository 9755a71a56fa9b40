import { expect, test } from "bun:test";
import { join } from "node:path";
import { Glob, Transpiler } from "bun";
import { contracts } from "./all.ts";

/** What stands behind `Database` and `Dialect`: tested through them, by the contract named `driver` and by whoever searches. */
const DRIVERS = ["group", "migrations", "postgres", "search-postgres", "search-sqlite", "sqlite", "worker"];
/** What is said once about records, as data: tested through `records`. */
const FACTS = ["columns", "kinds", "scopes"];
/** What is done with the files of SQLite: tested beside them. */
const FILES = ["durable-files", "integrity", "migrate", "read-only", "readers", "snapshots", "storage", "wal"];

test("every store module that exports something has a contract", async () => {
  const folder = join(import.meta.dir, "../../src/store");
  const transpiler = new Transpiler({ loader: "ts" });
  const modules: string[] = [];
  for (const file of new Glob("*.ts").scanSync(folder)) {
    if (/\.(test|d)\.ts$/.test(file)) continue;
    const { exports } = transpiler.scan(await Bun.file(join(folder, file)).text());
    if (exports.length > 0) modules.push(file.slice(0, -".ts".length));
  }
  expect(modules).toContain("issues");
  const covered = new Set([...Object.keys(contracts), ...DRIVERS, ...FACTS, ...FILES]);
  expect(modules.filter((name) => !covered.has(name))).toEqual([]);
});
