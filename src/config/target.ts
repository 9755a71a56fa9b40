import { LocalError } from "../core/error.ts";
import { type Asked, type Choice, chooseDaemon, type Remote } from "./choice.ts";
import { type Home, homeOf } from "./home.ts";
import { resolve } from "./path.ts";
import { judge, readServer, type Server, type Verdict } from "./server.ts";
import { type Token, tokenOf } from "./token.ts";

/** Which daemon a front end talks to, why, and with what. */
export type Target = Pick<Choice, "source" | "by" | "name"> & { token: Token | undefined } & (
    | { kind: "local"; home: Home }
    | ({ kind: "remote"; server: Server } & Https)
  );

/** What https needs beside an address: a private authority, and a proxy where one was asked for. */
type Https = { ca?: { pem: string; from: string } | undefined; proxy?: string | undefined };

export type Asking = Asked & { home: Home };

/** The chosen daemon. One that may not be talked to is refused before anything is sent. */
export function targetOf(asking: Asking): Target {
  return targetFor(chooseDaemon(asking), asking);
}

export function targetFor(choice: Choice, asking: Asking): Target {
  const { source, by, name } = choice;
  const chosen = { source, by, ...(name !== undefined && { name }) };
  if (choice.kind === "local") return { ...chosen, kind: "local", home: homeFor(choice, asking), token: tokenFor(choice, asking) };
  const { server, token, verdict } = weigh(choice, asking);
  if (!verdict.allowed) throw new LocalError("internal", `${choice.at}: ${verdict.why}`, verdict.fix);
  return { ...chosen, kind: "remote", server, token, ...httpsOf(choice, server, asking.env) };
}

/** The address of a choice, the token that would go there, and whether anything may. */
export function weigh(choice: Choice & { kind: "remote" }, asking: Asking): { server: Server; token: Token | undefined; verdict: Verdict } {
  const server = readServer(choice.url, choice.at);
  const token = tokenFor(choice, asking);
  return { server, token, verdict: judge(server, token !== undefined, choice.insecure) };
}

/** A daemon's own token, or the shared one; the daemon of another home on this machine has that home's. */
export function tokenFor(choice: Choice, asking: Asking): Token | undefined {
  if (choice.token) return choice.token();
  const isOther = choice.kind === "local" && choice.home !== undefined;
  return isOther ? tokenOf(asking.env, homeFor(choice, asking)) : tokenOf(asking.env, asking.home, asking.settings);
}

function homeFor({ home }: Choice & { kind: "local" }, { env, home: own }: Asking): Home {
  return home === undefined ? own : homeOf({ ...env, KATA_HOME: home, KATA_DB: undefined });
}

function httpsOf({ at, ca_file, proxy }: Remote, { scheme }: Server, env: Asked["env"]): Https {
  if (scheme === "http") {
    const lost = ca_file ? "ca_file" : proxy ? "proxy" : undefined;
    if (lost === undefined) return {};
    throw new LocalError("internal", `${at}: ${lost} is for https, and the address is plain http`, `Leave ${lost} out, or use https.`);
  }
  const file = ca_file || (env["KATA_CA_FILE"] && resolve(env["KATA_CA_FILE"]));
  return {
    ca: file ? readAuthority(file, ca_file ? `ca_file of ${at}` : "KATA_CA_FILE") : undefined,
    proxy: proxy && checkProxy(proxy, at),
  };
}

function readAuthority(path: string, from: string): { pem: string; from: string } {
  const refused = (why: string) =>
    new LocalError("internal", `${from}: ${path} ${why}`, "Name a PEM file with the authority's certificate.");
  let pem: string;
  try {
    pem = process.getBuiltinModule("node:fs").readFileSync(path, "utf8");
  } catch (error) {
    throw refused(`can't be read: ${(error as Error).message}`);
  }
  if (!/-----BEGIN (?:TRUSTED )?CERTIFICATE-----/.test(pem)) throw refused("holds no certificate");
  return { pem, from: `${from}, ${path}` };
}

/** A proxy's address; it may have a password in it, and is not shown. */
function checkProxy(text: string, at: string): string {
  const url = URL.parse(text);
  if (url && /^https?:$/.test(url.protocol) && url.hostname !== "") return url.href;
  throw new LocalError(
    "internal",
    `${at}: proxy must be an http or https address with a host`,
    "For example http://proxy.example.com:3128.",
  );
}
