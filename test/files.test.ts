import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { daemonConfig } from "../src/config/daemon.ts";
import { homeOf } from "../src/config/home.ts";
import { readSettings } from "../src/config/settings.ts";
import { targetOf } from "../src/config/target.ts";
import { boundName, findWorkspace } from "../src/config/workspace.ts";
import { LocalError } from "../src/core/error.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "kata-files-"));
  for (const folder of ["home", "work"]) mkdirSync(join(root, folder));
});
afterAll(() => rmSync(root, { recursive: true }));

const any = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const value = any(
  '"" "text" 0 -1 4 1.5 inf true false [] ["a","b"] [1] {} {a=1} 1979-05-27 9223372036854775808 "\\u0000"'.split(" "),
  '"127.0.0.1:7777" "unix:///x/y.sock" "0.0.0.0:1" ["127.0.0.1:1","127.0.0.1:1"] "http://127.0.0.1:1" "http://example.org"'.split(" "),
  '"issue.created" "issue.*" "/bin/true" "30s" "100MB" "X-Kata-Actor" "json"'.split(" "),
).chain((each) => any(...each, "'''\nx\n'''"));
const junk = fc.oneof(
  fc.string({ unit: "binary" }),
  any("=", "[", "]]", '"""', "#", "\r\n", "\\", "\u0000", "[a.b]", "[[hook]]", "a.b = 1"),
);

/** The text of a file with these tables and keys, and with what does not belong there. */
function textWith(tables: readonly string[], keys: readonly string[]): fc.Arbitrary<string> {
  const line = fc.oneof(
    { arbitrary: any(...tables), weight: 2 },
    { arbitrary: fc.tuple(any(...keys), value).map(([key, text]) => `${key} = ${text}`), weight: 6 },
    { arbitrary: junk, weight: 1 },
  );
  return fc.array(line, { maxLength: 8 }).map((lines) => lines.join("\n"));
}

/** Sees that `work` takes a file of any such text: it is read, or refused by a message that names it. */
function takesAny(path: string, texts: fc.Arbitrary<string>, work: () => unknown): void {
  fc.assert(
    fc.property(texts, (text) => {
      writeFileSync(path, text);
      try {
        work();
      } catch (error) {
        if (!(error instanceof LocalError)) throw error;
        expect(error.message).toContain(path);
      }
    }),
    { numRuns: 300 },
  );
  rmSync(path);
}

const flags = { insecure_readonly: false };
const home = () => homeOf({ KATA_HOME: join(root, "home"), XDG_RUNTIME_DIR: root });

const asking = () => ({
  daemon: undefined,
  env: {},
  folder: join(root, "work"),
  home: home(),
  settings: () => readSettings(home()),
  notice: () => {},
});

test("a config.toml of any text is read, or refused by a message that names it", () => {
  const keys =
    "listen allowed_hosts active_daemon address tls cert key token token_env trust_private_network require_token_identity format enabled";
  const more = "trusted_actor_header trusted_proxy_listeners name url local home ca_file allow_insecure proxy";
  const tables = ["[auth]", "[auth.proxy]", "[tls]", "[log]", "[close.throttle]", "[[daemon]]", "[[listener]]", "[tui]"];
  const texts = textWith(tables, `${keys} ${more}`.split(" "));
  takesAny(home().config, texts, () => daemonConfig(home(), {}, flags));
  takesAny(home().config, texts, () => targetOf(asking()));
});

test("a hooks.toml of any text is read, or refused by a message that names it", () => {
  const keys =
    "event command args timeout working_dir env pool_size queue_cap output_disk_cap runs_log_max runs_log_keep queue_full_log_interval";
  const texts = textWith(["[hooks]", "[[hook]]", "[hook.env]", "[hook]", "[[hooks]]"], keys.split(" "));
  takesAny(join(root, "home", "hooks.toml"), texts, () => daemonConfig(home(), {}, flags));
});

test("a .kata.toml of any text is read, or refused by a message that names it", () => {
  const texts = textWith(["[project]", "version = 1", "[server]"], ["version", "name", "identity", "project", "project.name"]);
  takesAny(join(root, "work", ".kata.toml"), texts, () => boundName(findWorkspace(join(root, "work"))));
});

test("a .kata.local.toml of any text is read, or refused by a message that names it", () => {
  writeFileSync(join(root, "work", ".kata.toml"), 'version = 1\n[project]\nname = "demo"\n');
  const texts = textWith(["[server]", "[project]", "version = 1"], ["version", "name", "url", "daemon", "allow_insecure", "ca_file"]);
  takesAny(join(root, "work", ".kata.local.toml"), texts, () => targetOf(asking()));
});
