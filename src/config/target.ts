import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { LocalError } from "../core/error.ts";
import { type Asked, type Choice, chooseDaemon, type Remote } from "./choice.ts";
import { type Home, homeOf } from "./home.ts";
import { judge, readServer, type Server } from "./server.ts";
import { type Token, tokenOf } from "./token.ts";

/** Which daemon a front end talks to, why, and with what. */
export type Target = Pick<Choice, "source" | "by" | "name"> & { token: Token | undefined } & (
    | { kind: "local"; home: Home }
    | ({ kind: "remote"; server: Server } & Https)
  );

/** What https needs beside an address: a private authority, and a proxy where one was asked for. */
type Https = { ca?: { pem: string; from: string } | undefined; proxy?: string | undefined };

type Asking = Asked & { home: Home };

/** The chosen daemon. One that may not be talked to is refused before anything is sent. */
export async function targetOf(asking: Asking): Promise<Target> {
  return targetFor(await chooseDaemon(asking), asking);
}

export function targetFor(choice: Choice, asking: Asking): Target {
  const { env, settings } = asking;
  const { source, by, name } = choice;
  const chosen = { source, by, ...(name !== undefined && { name }) };
  if (choice.kind === "local") {
    const other = choice.home !== undefined;
    const home = other ? homeOf({ ...env, KATA_HOME: choice.home, KATA_DB: undefined }) : asking.home;
    return { ...chosen, kind: "local", home, token: choice.token?.() ?? tokenOf(env, home, other ? undefined : settings) };
  }
  const { url, at, insecure } = choice;
  const server = readServer(url, at);
  const token = choice.token?.() ?? tokenOf(env, asking.home, settings);
  const verdict = judge(server, token !== undefined, insecure);
  if (!verdict.allowed) throw new LocalError("internal", `${at}: ${verdict.why}`, verdict.fix);
  return { ...chosen, kind: "remote", server, token, ...httpsOf(choice, server, env) };
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
    pem = readFileSync(path, "utf8");
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
