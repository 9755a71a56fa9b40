import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { LocalError } from "../core/error.ts";
import { readToml } from "./toml.ts";

const shape = {
  listen: "texts",
  "auth.token": "text",
  "close.throttle.enabled": "switch",
  port: "number",
  peer: [{ name: "text", fast: "switch" }],
} as const;

let folder: string;
let path: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kata-toml-"));
  path = join(folder, "config.toml");
});
afterAll(() => rmSync(folder, { recursive: true }));

function read(text: string): object | LocalError {
  writeFileSync(path, text);
  try {
    return readToml(path, shape) ?? {};
  } catch (error) {
    if (error instanceof LocalError) return error;
    throw error;
  }
}

const messageOf = (text: string) => (read(text) as LocalError).message;

const bareKey = fc
  .oneof(fc.stringMatching(/^[A-Za-z0-9_-]{1,8}$/), fc.constantFrom("valueOf", "constructor", "__proto__"))
  .filter((key) => !Object.keys(shape).some((known) => known.startsWith(key)));
const value = fc.constantFrom('"text"', "1", "true", "[1, 2]", "[]", "{}", "{ a = 1 }", "1979-05-27", "'text'", '"""\nx = 1\n"""');

test("`readToml()` takes any text: it reads it, or refuses it with file and line", () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom(
      "\n",
      "[auth]",
      "[[auth]]",
      "[close.throttle]",
      "=",
      '"',
      "'",
      '"""',
      "#",
      "token",
      "listen",
      "\r\n",
      "[",
      "]",
      "{",
      ",",
    ),
    fc.tuple(bareKey, value).map(([key, text]) => `\n${key} = ${text}\n`),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const found = read(pieces.join(""));
      if (found instanceof LocalError) expect(found.message.slice(path.length)).toMatch(/^:[1-9]\d*: [^]/);
    }),
    { numRuns: 500 },
  );
});

test("`readToml()` names the file and line of an unknown key, wherever it stands", () => {
  const known = ["listen = '127.0.0.1:1'", "# a comment", "", "port = 7"];
  const table = fc.constantFrom("", "auth", "close.throttle", "close", "other", "a.b");
  fc.assert(
    fc.property(fc.subarray(known), table, fc.nat({ max: 3 }), bareKey, value, (before, inside, gap, key, text) => {
      const lines = [...before, ...(inside === "" ? [] : [`[${inside}]`]), ...Array<string>(gap).fill(""), `${key} = ${text}`, ""];
      const line = lines.indexOf(`${key} = ${text}`) + 1;
      const name = [inside, key].filter(Boolean).join(".");
      const found = messageOf(lines.join("\n"));
      expect(found.startsWith(`${path}:${line}: unknown key ${name}`)).toBe(true);
    }),
  );
});

test.each([
  ["lisen = 'x'", 1, "unknown key lisen"],
  ["\n[auth]\ntokn = 'x'", 3, "unknown key auth.tokn"],
  ["[close.throttle]\nenabled = 'yes'", 2, "close.throttle.enabled must be true or false"],
  ["port = 1.5", 1, "port must be a whole number"],
  ["listen = [1]", 1, "listen must be a text or a list of texts"],
  ["port = 7\n\nauth = 'x'", 3, "unknown key auth"],
  ["port = 7\nlisten = \n", 2, ""],
  ["[[peer]]\nname = 'a'\n\n[[peer]]\nnam = 'b'", 5, "unknown key peer.nam"],
  ["[[peer]]\nfast = true\n[auth]\ntoken = 'x'\n[[peer]]\n\nfast = 1", 7, "peer.fast must be true or false"],
  ["port = 7\n[peer]\nname = 'a'", 2, "peer must be tables, each under a line [[peer]]"],
  ["port = 7\npeer = 'a'", 2, "peer must be tables, each under a line [[peer]]"],
  ["port = 7\npeer = [{ name = 'a' }, { nam = 'b' }]", 2, "unknown key peer.nam"],
])("`readToml()` refuses %j at its line", (text, line, words) => {
  expect(messageOf(text).startsWith(`${path}:${line}: ${words}`)).toBe(true);
});

test("`readToml()` reads what is known, by its dotted key", () => {
  const text = "listen = ['a', 'b']\nport = 7\n[auth]\ntoken = 'x'\n[close]\nthrottle = { enabled = false }\n";
  expect(read(text)).toEqual({ listen: ["a", "b"], port: 7, "auth.token": "x", "close.throttle.enabled": false });
});

test("`readToml()` gives tables that are there several times in their order, with their lines", () => {
  const text = "port = 7\n\n[[peer]]\nname = 'a'\n[auth]\ntoken = 'x'\n\n[[peer]]\nfast = true\n";
  const peer = [
    { name: "a", line: 3 },
    { fast: true, line: 8 },
  ];
  expect(read(text)).toEqual({ port: 7, "auth.token": "x", peer });
});
