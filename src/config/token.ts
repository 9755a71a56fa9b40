import { LocalError } from "../core/error.ts";
import { isMistyped, isOwnToken } from "../core/token.ts";
import type { Home } from "./home.ts";
import { dirname, join, resolve } from "./path.ts";
import { readSettings, type Settings } from "./settings.ts";
import { readTokenFile } from "./token-file.ts";

type Env = Record<string, string | undefined>;

/** A bearer, and where it came from in words that may be shown. */
export type Token = { value: string; from: string };

/** The three ways in which a table of config.toml gives a token; the first that is there counts. */
type TokenKeys = { token?: string | undefined; token_file?: string | undefined; token_env?: string | undefined };

/**
 * The shared token of a home: KATA_AUTH_TOKEN, else KATA_AUTH_TOKEN_FILE, else what `[auth]` says. Undefined when nobody
 * names one; refuses when one is named and can't be had.
 */
export function tokenOf(env: Env, home: Home, settings: () => Settings = () => readSettings(home)): Token | undefined {
  const named = inEnvironment(env);
  if (named) return named;
  const { path, "auth.token": token, "auth.token_file": token_file, "auth.token_env": token_env } = settings();
  return tokenIn({ token, token_file, token_env }, `[auth] in ${path}`, path, env);
}

function inEnvironment(env: Env): Token | undefined {
  const { KATA_AUTH_TOKEN: token, KATA_AUTH_TOKEN_FILE: file } = env;
  if (token) return checked(token, "KATA_AUTH_TOKEN");
  return file ? checked(readTokenFile(resolve(file), "KATA_AUTH_TOKEN_FILE", env), `KATA_AUTH_TOKEN_FILE, ${resolve(file)}`) : undefined;
}

/** The variables by which whoever runs a command gives a token, the first before the second. */
const VARIABLES = ["KATA_AUTH_TOKEN", "KATA_AUTH_TOKEN_FILE"] as const;

/** The variable that gives a token of an actor's own, if the environment's token is one. */
export function ownTokenIn(env: Env): (typeof VARIABLES)[number] | undefined {
  const token = inEnvironment(env);
  return token && isOwnToken(token.value) ? VARIABLES.find((name) => env[name]) : undefined;
}

/** The environment as it is a daemon's: a token of an actor's own is for commands, and for no daemon to ask of others. */
export function withoutOwnTokens(env: Env): Env {
  const name = ownTokenIn(env);
  return name === undefined ? env : withoutOwnTokens({ ...env, [name]: undefined });
}

/** The token that a table of the file at `path` gives; `where` names the table. */
export function tokenIn({ token, token_file, token_env }: TokenKeys, where: string, path: string, env: Env): Token | undefined {
  if (token) return checked(token, `token of ${where}`);
  if (token_file) {
    const full = pathIn(path, token_file, env);
    return checked(readTokenFile(full, `token_file of ${where}`, env), `token_file of ${where}, ${full}`);
  }
  if (!token_env) return undefined;
  const value = env[token_env];
  if (value) return checked(value, `${token_env}, which token_env of ${where} names`);
  throw new LocalError("internal", `token_env of ${where} names ${token_env}, which is not set`, "Set that variable, or give token_file.");
}

/** The variables of the environment that hold a token, or say where one is. */
export function secretVariables({ "auth.token_env": own, daemon = [] }: Settings): string[] {
  const named = [own, ...daemon.map(({ token_env }) => token_env)].filter((name) => name !== undefined);
  return ["KATA_AUTH_TOKEN", "KATA_AUTH_TOKEN_FILE", "CREDENTIALS_DIRECTORY", ...named];
}

/** A path that a configuration file names: `~/` is the user's home, and what is relative is beside the file. */
export function pathIn(file: string, path: string, env: Env): string {
  return path.startsWith("~/") ? join(env["HOME"] ?? "/", path.slice(2)) : resolve(dirname(file), path);
}

/** What a header has room for, beside all others. */
const LONGEST = 4_096;

/** A token that can be sent as it is: printable ASCII (RFC 9110 §5.5). The message never has the token itself. */
function checked(value: string, from: string): Token {
  const refused = (why: string, hint = "Give the token alone, on one line.") =>
    new LocalError("internal", `The token from ${from} ${why}.`, hint);
  if (value === "") throw refused("is empty");
  if (!/^[!-~](?:[ -~]*[!-~])?$/.test(value))
    throw refused("has characters that no token has, such as spaces at its ends, line ends or accents");
  if (value.length > LONGEST) throw refused(`has ${value.length} characters, and a token has ${LONGEST} at the most`);
  if (isMistyped(value))
    throw refused(
      "has a typo: its checksum does not fit, and it was not used",
      "Copy it again as a whole: kata_ and 36 letters and digits. Tokens that kata did not make had better not look like that.",
    );
  return { value, from };
}
