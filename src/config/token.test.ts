import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalError } from "../core/error.ts";
import { mintPlaintext } from "../core/token.ts";
import { homeOf } from "./home.ts";
import { type Token, tokenOf, withoutOwnTokens } from "./token.ts";

type Env = Record<string, string | undefined>;

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "kata-token-"))));
afterAll(() => rmSync(folder, { recursive: true }));

function secret(name: string, text: string, mode = 0o600): string {
  const path = join(folder, name);
  rmSync(path, { force: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

function selected(auth: string, env: Env = {}): Token | undefined | LocalError {
  writeFileSync(join(folder, "config.toml"), auth === "" ? "" : `[auth]\n${auth}\n`);
  try {
    return tokenOf({ HOME: folder, ...env }, homeOf({ KATA_HOME: folder }));
  } catch (error) {
    if (error instanceof LocalError) return error;
    throw error;
  }
}

test("`tokenOf()` takes KATA_AUTH_TOKEN, then KATA_AUTH_TOKEN_FILE, then token, token_file and token_env of [auth]", () => {
  const one = secret("one", "from-one\n");
  secret("two", "from-two");
  const auth = ["token = 'inline'", "token_file = 'two'", "token_env = 'MY_TOKEN'"];
  const env = { KATA_AUTH_TOKEN: "shared", KATA_AUTH_TOKEN_FILE: one, MY_TOKEN: "named" };
  const { KATA_AUTH_TOKEN: _, ...withFile } = env;
  const { KATA_AUTH_TOKEN_FILE: __, ...withoutFile } = withFile;
  const config = join(folder, "config.toml");
  expect(selected(auth.join("\n"), env)).toEqual({ value: "shared", from: "KATA_AUTH_TOKEN" });
  expect(selected(auth.join("\n"), withFile)).toEqual({ value: "from-one", from: `KATA_AUTH_TOKEN_FILE, ${one}` });
  expect(selected(auth.join("\n"), withoutFile)).toEqual({ value: "inline", from: `token of [auth] in ${config}` });
  expect(selected(auth.slice(1).join("\n"), withoutFile)).toEqual({
    value: "from-two",
    from: `token_file of [auth] in ${config}, ${join(folder, "two")}`,
  });
  expect(selected(auth.slice(2).join("\n"), withoutFile)).toEqual({
    value: "named",
    from: `MY_TOKEN, which token_env of [auth] in ${config} names`,
  });
  expect(selected("")).toBeUndefined();
  expect(selected("token = ''", { KATA_AUTH_TOKEN: "" })).toBeUndefined();
  expect(selected("token_file = '~/two'")).toMatchObject({ value: "from-two" });
});

test("`withoutOwnTokens()` takes an actor's own token out of the environment, in a file too, and leaves a daemon's", () => {
  const own = mintPlaintext((bytes) => crypto.getRandomValues(bytes));
  const [mine, theirs] = [secret("mine", own), secret("theirs-too", "shared\n")];
  const left = (env: Env) => JSON.parse(JSON.stringify(withoutOwnTokens(env))) as Env;
  expect(left({ KATA_AUTH_TOKEN: own, USER: "ann" })).toEqual({ USER: "ann" });
  expect(left({ KATA_AUTH_TOKEN: own, KATA_AUTH_TOKEN_FILE: mine })).toEqual({});
  expect(left({ KATA_AUTH_TOKEN: own, KATA_AUTH_TOKEN_FILE: theirs })).toEqual({ KATA_AUTH_TOKEN_FILE: theirs });
  expect(left({ KATA_AUTH_TOKEN: "kata_shared" })).toEqual({ KATA_AUTH_TOKEN: "kata_shared" });
  expect(left({ KATA_AUTH_TOKEN_FILE: theirs })).toEqual({ KATA_AUTH_TOKEN_FILE: theirs });
  expect(left({})).toEqual({});
});

test("`tokenOf()` refuses what no header has room for, and a token with a typo, wherever it comes from", () => {
  const own = mintPlaintext((bytes) => crypto.getRandomValues(bytes));
  const typo = own.slice(0, -1) + (own.endsWith("x") ? "y" : "x");
  expect((selected("", { KATA_AUTH_TOKEN: "x".repeat(4_097) }) as LocalError).message).toContain("has 4097 characters");
  for (const found of [
    selected("", { KATA_AUTH_TOKEN: typo }),
    selected(`token = "${typo}"`),
    selected("", { KATA_AUTH_TOKEN_FILE: secret("typo", typo) }),
  ]) {
    const { message, hint } = found as LocalError;
    expect([message, hint]).toEqual([expect.stringContaining("has a typo"), expect.stringMatching(/\.$/)]);
    expect(message).not.toContain(typo.slice(5, 15));
  }
});

const refusals: [name: string, path: () => string, words: string][] = [
  ["a file that is not there", () => join(folder, "absent"), "can't be read: ENOENT"],
  ["a folder", () => folder, "is no regular file"],
  ["a device", () => "/dev/null", "is no regular file"],
  ["a file that its group may read", () => secret("group", "x", 0o640), "is open to others (mode 0640)"],
  ["a file that others may write", () => secret("write", "x", 0o602), "is open to others (mode 0602)"],
  ["a file of more than 64 KiB", () => secret("large", "x".repeat(65_537)), "has 65537 bytes"],
  ["an empty file", () => secret("empty", "\n"), "is empty"],
  ["a file of several lines", () => secret("lines", "s3cret\ns3cret\n"), "has characters that no token has"],
  ["a file that is no text", () => secret("binary", "s3cret\0"), "has characters that no token has"],
];

test.each(refusals)("`tokenOf()` refuses %s as a token's file, and says nothing of what it holds", (_, path, words) => {
  for (const found of [selected(`token_file = ${JSON.stringify(path())}`), selected("", { KATA_AUTH_TOKEN_FILE: path() })]) {
    expect(found).toBeInstanceOf(LocalError);
    const { message, hint } = found as LocalError;
    expect(message).toContain(words);
    expect(message).not.toContain("s3cret");
    expect(hint).toMatch(/\S/);
  }
});

test.if(process.getuid?.() === 0)(
  "`tokenOf()` takes a credential as systemd hands it over: root's, and with a list that lets one user in",
  () => {
    const outside = secret("outside", "from-outside", 0o440);
    const credentials = join(folder, "credentials");
    mkdirSync(credentials, { recursive: true });
    const [inside, wide] = [secret("credentials/token", "from-systemd", 0o440), secret("credentials/wide", "x", 0o444)];
    const env = { CREDENTIALS_DIRECTORY: credentials };
    expect(selected("", { ...env, KATA_AUTH_TOKEN_FILE: inside })).toMatchObject({ value: "from-systemd" });
    expect(selected(`token_file = ${JSON.stringify(inside)}`, env)).toMatchObject({ value: "from-systemd" });
    const fault = (given: Env) => (selected("", given) as LocalError).message;
    expect(fault({ KATA_AUTH_TOKEN_FILE: inside })).toContain("is open to others (mode 0440)");
    expect(fault({ ...env, KATA_AUTH_TOKEN_FILE: outside })).toContain("is open to others (mode 0440)");
    expect(fault({ ...env, KATA_AUTH_TOKEN_FILE: wide })).toContain("is open to others (mode 0444)");
    expect(fault({ ...env, KATA_AUTH_TOKEN_FILE: join(credentials, "..", "outside") })).toContain("is open to others");
    chownSync(inside, 65_534, 65_534);
    expect(fault({ ...env, KATA_AUTH_TOKEN_FILE: inside })).toContain("belongs to user 65534");
  },
);

test.if(process.getuid?.() === 0)("`tokenOf()` refuses somebody else's file", () => {
  const path = secret("theirs", "x");
  chownSync(path, 65_534, 65_534);
  expect((selected("", { KATA_AUTH_TOKEN_FILE: path }) as LocalError).message).toContain("belongs to user 65534");
});

test("`tokenOf()` takes a link to a file, as where secrets are mounted", () => {
  const path = join(folder, "link");
  symlinkSync(secret("mounted", "from-mount"), path);
  expect(selected("", { KATA_AUTH_TOKEN_FILE: path })).toMatchObject({ value: "from-mount" });
});

test("`tokenOf()` refuses a variable that is named and not set, and takes no other token instead", () => {
  expect((selected("token_env = 'MY_TOKEN'") as LocalError).message).toContain("names MY_TOKEN, which is not set");
});

test.each(["s3cret\n", " s3cret", "s3cret\u0000", "s3crét", "a\r\nX-Kata-Actor: s3cret"])(
  "`tokenOf()` refuses %j, which can't be sent as it is",
  (value) => {
    const { message } = selected("", { KATA_AUTH_TOKEN: value }) as LocalError;
    expect(message).toContain("The token from KATA_AUTH_TOKEN has characters that no token has");
    expect(message).not.toContain("s3cr");
  },
);
