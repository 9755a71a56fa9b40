import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSettings } from "./settings.ts";

const folder = mkdtempSync(join(tmpdir(), "kata-settings-"));
afterAll(() => rmSync(folder, { recursive: true }));
const readme = await Bun.file(new URL("README.md", import.meta.url)).text();

/** The first block of the README that begins with a text. */
function block(start: string): string {
  const lines = readme.slice(readme.indexOf(`    ${start}`)).split("\n");
  const end = lines.findIndex((line) => line !== "" && !line.startsWith("    "));
  return lines
    .slice(0, end)
    .map((line) => line.slice(4))
    .join("\n");
}

writeFileSync(join(folder, "people.json"), block("{"));
const env: Record<string, string> = Object.fromEntries(
  Array.from(block("WEB_URL=").matchAll(/^(\w+)=(.*)$/gm), ([, name = "", value = ""]) => [name, value]),
);
env["WEB_PEOPLE"] = join(folder, env["WEB_PEOPLE"] ?? "");

test("`readSettings()` takes what the README says", () => {
  const { url, listen, project, session_s, people, kata, provider } = readSettings(env);
  expect([url.origin, listen, project, session_s]).toEqual([
    "https://issues.example.com",
    { hostname: "127.0.0.1", port: 8080 },
    "demo",
    28_800,
  ]);
  expect([people.actors.get("ada.lovelace@example.com"), people.domain]).toEqual(["ada", "example.com"]);
  expect(kata).toMatchObject({ base: "http://100.64.0.5:7777" });
  expect(provider).toMatchObject({ client_id: "kata-web" });
});

test("the README lists every setting that is read, and no other", () => {
  const names = new Set<string>();
  const spy = new Proxy<Record<string, string>>({}, { get: (_, name) => (names.add(String(name)), undefined) });
  expect(() => readSettings(spy)).toThrow("is not set");
  const listed = Array.from(readme.matchAll(/^\| `(\w+)`/gm), ([, name = ""]) => name);
  expect(new Set(listed)).toEqual(new Set([...names].filter((name) => !name.endsWith("_FILE"))));
  for (const name of names) expect(readme).toContain(`\`${name}\``);
});

test("`readSettings()` names all that is wrong at once, and repeats no secret", () => {
  const secret = "bootstrap-admin-token";
  const message = (changed: Record<string, string>) => {
    try {
      readSettings({ ...env, KATA_AUTH_TOKEN: secret, ...changed });
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(message({})).toBe("");
  expect(message({ WEB_URL: "http://issues.example.com", WEB_SESSION_SECONDS: "soon", WEB_PROJECT: "" }).split("\n")).toEqual([
    "WEB_URL: is http://issues.example.com; only a loopback address may be without https, since cookies cross it",
    "WEB_PROJECT: is not set",
    "WEB_SESSION_SECONDS: is soon; it must be a whole number of seconds, from 1 to 604800 (a week)",
  ]);
  for (const [name, values] of Object.entries({
    WEB_URL: ["https://issues.example.com/kata", "http://127.evil.example", "issues.example.com"],
    WEB_LISTEN: ["8080", "127.0.0.1:80800", "127.0.0.1:"],
    OIDC_ISSUER: ["http://login.example.com", "ftp://127.0.0.1"],
    KATA_SERVER: [
      "http://kata.example.com",
      "http://8.8.8.8:7777",
      "http://localhost:7777",
      "http://172.32.0.1",
      "https://user:x@kata.example.com",
    ],
    WEB_PEOPLE: ["/nowhere/people.json"],
    KATA_AUTH_TOKEN_FILE: ["/nowhere/token"],
  }))
    for (const value of values) {
      const said = message({ [name]: value });
      expect([name, value, said.split("\n").length, said.startsWith(`${name}: `)]).toEqual([name, value, 1, true]);
      expect(said).not.toContain(secret);
    }
});

test("`readSettings()` lets a token go by https, to a literal private address, or to a Unix socket", () => {
  for (const [address, base] of [
    ["https://kata.example.com/team/", "https://kata.example.com/team"],
    ["http://127.0.0.1:7777", "http://127.0.0.1:7777"],
    ["http://[fd00::5]:7777", "http://[fd00::5]:7777"],
    ["http://192.168.1.5:7777", "http://192.168.1.5:7777"],
  ] as const)
    expect(readSettings({ ...env, KATA_SERVER: address }).kata).toMatchObject({ base });
  expect(readSettings({ ...env, KATA_SERVER: "unix:///run/kata/kata.sock" }).kata).toMatchObject({ unix: "/run/kata/kata.sock" });
  const file = join(folder, "token");
  writeFileSync(file, "from-a-file\n");
  expect(readSettings({ ...env, KATA_AUTH_TOKEN_FILE: file }).kata.bootstrap).toBe("from-a-file");
});
