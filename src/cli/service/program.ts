import { LocalError } from "../../core/error.ts";
import type { Args, Flags } from "../args.ts";

/** Where a program lies that all users of a machine share. */
export const INSTALLED = "/usr/local/bin/kata";

export const serviceFlags = {
  listen: { kind: "texts", value: "ADDRESS", help: "where it listens (config.toml's listen); may be given several times" },
  home: { kind: "text", value: "DIR", help: "its KATA_HOME" },
  user: { kind: "text", value: "NAME", help: "the user that it runs as" },
  token_file: { kind: "text", value: "FILE", help: "where its token is; callers then send it" },
  binary: { kind: "text", value: "FILE", help: "the program (this one, where the service can see it)" },
} as const satisfies Flags;

export type ServiceFlags = Args<never, typeof serviceFlags>;

/** The command that serves, word by word. */
export function serveWords(binary: string, { listen = [] }: Pick<ServiceFlags, "listen">): string[] {
  return [binary, "daemon", "start", "--foreground", ...listen.flatMap((address) => ["--listen", address])];
}

type Program = { path: string; notices: string[] };

/** This program, unless it lies where the service can't see it, or is not one file: then where it is to be put, with a notice. */
export function programFor({ binary }: Pick<ServiceFlags, "binary">, isHidden = (_path: string) => false): Program {
  const own = process.execPath;
  const path = binary ?? (Bun.main.startsWith("/$bunfs") ? own : INSTALLED);
  if (binary !== undefined || !isHidden(path)) return { path: checkPath("--binary", path), notices: [] };
  return { path: INSTALLED, notices: [`kata: put the program where the service finds it: install -m 755 ${own} ${INSTALLED}`] };
}

/** A path that reads the same in a unit, a property list and a shell. */
export function checkPath(name: string, path: string): string {
  if (/^\/[\p{L}\p{N}_./@+,=~-]*$/u.test(path) && !/\/\.\.?(?:\/|$)/.test(path)) return path;
  throw new LocalError("usage", `${name} must be an absolute path of letters, digits and _./@+,=~-, not ${JSON.stringify(path)}`);
}

export function checkAddresses(addresses: readonly string[] = []): void {
  for (const address of addresses) {
    if (!/^[\p{L}\p{N}_./:@+,=~[\]%-]+$/u.test(address))
      throw new LocalError("usage", `--listen must be ip:port or unix:///path, not ${JSON.stringify(address)}`);
  }
}

export function checkUser(user: string): string {
  if (/^[a-z_][a-z0-9_-]{0,30}$/.test(user)) return user;
  throw new LocalError("usage", `--user must be the name of a user, not ${JSON.stringify(user)}`);
}
