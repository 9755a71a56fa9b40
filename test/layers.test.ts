import { expect, test } from "bun:test";
import { join } from "node:path";
import { Glob, Transpiler } from "bun";

/** What each folder of src may import: folders or files of ours, and packages. Node's modules are the linter's business. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  core: [],
  api: ["core/", "valibot", "@valibot/to-json-schema"],
  store: ["core/", "bun", "bun:sqlite"],
  app: ["core/", "store/", "config/", "rrule"],
  config: ["core/", "bun:ffi"],
  daemon: ["core/", "api/", "store/", "app/", "config/", "bun", "bun:ffi", "valibot"],
  offline: ["core/", "store/", "app/", "config/", "api/"],
  client: ["core/", "config/", "api/paths.ts"],
  cli: ["core/", "config/", "client/", "bun"],
  "main.ts": ["cli/"],
};

/** What costs a command up to 2 ms by itself: config/files.ts and config/path.ts stand in for it. */
const isNodes = (to: string) => /^(node|bun):/.test(to);

/** What no command but `daemon start` has use for, and would pay for at each start. */
const isServer = (to: string) => to !== "api/paths.ts" && /^((daemon|offline|api|store|app)\/|@?valibot|rrule|bun:sqlite)/.test(to);

type Import = { to: string; dynamic: boolean };
type Sources = ReadonlyMap<string, readonly Import[]>;

const transpiler = new Transpiler({ loader: "ts" });

/** A file's imports: ours by their path in src, packages by their name. Types are shared in any direction, and left out. */
function importsOf(file: string, text: string): Import[] {
  return transpiler.scanImports(text).map(({ path, kind }) => ({
    to: path.startsWith(".") ? join(file, "..", path) : path,
    dynamic: kind === "dynamic-import",
  }));
}

function wrongImports(sources: Sources): string[] {
  const wrong: string[] = [];
  for (const [file, imports] of sources) {
    const layer = file.split("/")[0] ?? "";
    const may = [...(allowed[layer] ?? []), `${layer}/`];
    for (const { to, dynamic } of imports) {
      if (to.startsWith("node:") || (file === "main.ts" && dynamic)) continue;
      if (!may.some((place) => to === place || (place.endsWith("/") && to.startsWith(place)))) wrong.push(`${file} imports ${to}`);
    }
  }
  return wrong;
}

/** Everything that `entry` loads at once, with the way there. */
function loadedBy(entry: string, sources: Sources): Map<string, string> {
  const ways = new Map([[entry, entry]]);
  for (const [file, way] of ways) {
    for (const { to, dynamic } of sources.get(file) ?? []) {
      if (!dynamic && !ways.has(to)) ways.set(to, `${way} -> ${to}`);
    }
  }
  return ways;
}

function inCommands(sources: Sources, unwanted: (to: string) => boolean): string[] {
  return [...loadedBy("main.ts", sources)].flatMap(([to, way]) => (unwanted(to) ? [way] : []));
}

const src = join(import.meta.dir, "../src");
const files = [...new Glob("**/*.ts").scanSync(src)].filter((file) => !/\.(test|d)\.ts$/.test(file)).sort();
const ours: Sources = new Map(
  await Promise.all(files.map(async (file) => [file, importsOf(file, await Bun.file(join(src, file)).text())] as const)),
);

test("imports go one way", () => {
  expect(wrongImports(ours)).toEqual([]);
});

test("a command never loads the server", () => {
  expect(loadedBy("main.ts", ours).size).toBeGreaterThan(30);
  expect(inCommands(ours, isServer)).toEqual([]);
});

test("the commands of every day load none of node's modules", () => {
  expect(inCommands(ours, isNodes)).toEqual([]);
});

const root = join(src, "..");
const examples: Sources = new Map(
  await Promise.all(
    [...new Glob("examples/**/*.{ts,js}").scanSync(root)].map(
      async (file) => [file, importsOf(file, await Bun.file(join(root, file)).text())] as const,
    ),
  ),
);

/** What an example could not take along when it is copied: it stands on packages and the HTTP interface alone. */
function notItsOwn(sources: Sources): string[] {
  return [...sources].flatMap(([file, imports]) => {
    const folder = file.split("/").slice(0, 2).join("/");
    return imports.flatMap(({ to }) =>
      /^(?:\.\.\/|src\/|test\/|examples\/)/.test(to) && !to.startsWith(`${folder}/`) ? [`${file} imports ${to}`] : [],
    );
  });
}

test("an example imports nothing of kata, nor of another example", () => {
  expect(examples.size).toBeGreaterThan(10);
  expect(notItsOwn(examples)).toEqual([]);
  const planted = new Map([
    [
      "examples/one/main.ts",
      importsOf("examples/one/main.ts", `import "../../src/core/actor.ts"; import "../two/a.ts"; import "./b.ts"; import "hono";`),
    ],
  ]);
  expect(notItsOwn(planted)).toEqual(["examples/one/main.ts imports src/core/actor.ts", "examples/one/main.ts imports examples/two/a.ts"]);
});

test("the program takes in no package that is there for tests and examples", async () => {
  const { dependencies } = (await Bun.file(join(root, "package.json")).json()) as { dependencies: Record<string, string> };
  const taken = new Set(
    [...ours.values()].flatMap((imports) => imports.flatMap(({ to }) => (/^(?:@[^/]+\/)?[^/.:]+$/.test(to) && to !== "bun" ? [to] : []))),
  );
  expect([...taken].sort()).toEqual(Object.keys(dependencies).sort());
});

test("`rrule` stands behind one file", () => {
  expect([...ours].filter(([, imports]) => imports.some(({ to }) => to === "rrule")).length).toBeLessThanOrEqual(1);
});

test("the check finds what is planted, and lets types and late imports pass", () => {
  const planted: Sources = new Map(
    Object.entries({
      "main.ts": `import { run } from "./cli/run.ts"; await import("./daemon/main.ts"); run();`,
      "cli/run.ts": `import { codes } from "../core/error.ts"; import { show } from "./show.ts"; show(codes);`,
      "cli/show.ts": `import { change } from "../app/app.ts"; import { paths } from "../api/paths.ts"; change(paths);`,
      "core/error.ts": `import type { App } from "../app/app.ts"; import * as v from "valibot"; export const codes: App = v;`,
      "app/app.ts": `import { sqlite } from "../store/db.ts"; import { readFileSync } from "node:fs"; readFileSync(sqlite);`,
      "store/db.ts": `import { Database } from "bun:sqlite"; export const sqlite = Database;`,
      "tui/list.ts": `import { codes } from "../core/error.ts"; codes;`,
    }).map(([file, text]) => [file, importsOf(file, text)]),
  );
  expect(wrongImports(planted)).toEqual([
    "cli/show.ts imports app/app.ts",
    "cli/show.ts imports api/paths.ts",
    "core/error.ts imports valibot",
    "tui/list.ts imports core/error.ts",
  ]);
  expect(inCommands(planted, isNodes)).toEqual([
    "main.ts -> cli/run.ts -> cli/show.ts -> app/app.ts -> node:fs",
    "main.ts -> cli/run.ts -> cli/show.ts -> app/app.ts -> store/db.ts -> bun:sqlite",
  ]);
  expect(inCommands(planted, isServer)).toEqual([
    "main.ts -> cli/run.ts -> core/error.ts -> valibot",
    "main.ts -> cli/run.ts -> cli/show.ts -> app/app.ts",
    "main.ts -> cli/run.ts -> cli/show.ts -> app/app.ts -> store/db.ts",
    "main.ts -> cli/run.ts -> cli/show.ts -> app/app.ts -> store/db.ts -> bun:sqlite",
  ]);
});
