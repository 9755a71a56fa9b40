import { type AddressKind, isPrivateHost, kindOfHost, shownAddress } from "../core/address.ts";
import { LocalError } from "../core/error.ts";

/** A daemon's address, as it was read: where requests go. */
export type Server = {
  scheme: "http" | "https";
  host: string;
  kind: AddressKind;
  /** What a bearer belongs to (RFC 6454). */
  origin: string;
  /** The origin and the path that comes before every route's. */
  base_url: string;
  /** Whether the host is written as what it is read as. */
  usual: boolean;
};

const EXAMPLE = "For example http://100.64.0.5:7777, or https://kata.example.com.";

/** Reads the address of a daemon; `from` says who names it. Nothing secret that it holds is shown. */
export function readServer(text: string, from: string): Server {
  const url = URL.parse(text);
  const shown = JSON.stringify(shownAddress(text));
  const refused = (why: string, hint: string) => new LocalError("internal", `${from}: ${shown} ${why}`, hint);
  if (!url || !/^https?:$/.test(url.protocol) || url.hostname === "")
    throw refused("must be an http or https address with a host", EXAMPLE);
  if (/^[^/]*\/\/[^/]*@/.test(text) || url.username !== "" || url.password !== "")
    throw refused("has a user name or password in it", "Take it out, and give the token as KATA_AUTH_TOKEN.");
  if (/[?#]/.test(text)) throw refused("has a query or fragment, which no daemon's address has", "Take off what begins with ? or #.");
  const written = /^https?:\/\/(\[[^\]]*\]|[^/:\\]*)(?::\d*)?(?:\/|$)/i.exec(text)?.[1] ?? "";
  const kind = kindOfHost(url.hostname);
  return {
    scheme: url.protocol === "https:" ? "https" : "http",
    host: url.hostname,
    kind,
    origin: url.origin,
    base_url: url.origin + url.pathname.replace(/\/+$/, ""),
    usual: kindOfHost(written) === kind,
  };
}

/** Whether requests may go to a server, why, and what else would do where they may not. */
export type Verdict = { allowed: true; why: string } | { allowed: false; why: string; fix: string };

const kinds: Record<AddressKind, string> = {
  loopback: "a loopback address",
  private: "a private address",
  cgnat: "a shared address (CGNAT)",
  "link-local": "a link-local address",
  ula: "a unique local address",
  unspecified: "no address to connect to",
  public: "a public address",
  name: "a name",
};

const OTHER_WAYS = "Use https, an SSH tunnel to 127.0.0.1, or the daemon's private IP address.";

/**
 * The rule for plain HTTP, which is judged on the address that is read and not on how it is spelled: only to literal
 * addresses that the open net does not reach; elsewhere where that was allowed, and never with a bearer.
 */
export function judge({ scheme, host, kind, usual, base_url }: Server, bearer: boolean, insecure: boolean): Verdict {
  if (scheme === "https") return { allowed: true, why: "https keeps it from others, and proves who answers" };
  if (!isPrivateHost(host) && !(insecure && !bearer && kind !== "unspecified")) {
    const besides = insecure && bearer ? "; allow_insecure does not hold where a token goes along" : "";
    return {
      allowed: false,
      why: `plain http only goes to a literal private address, and ${host} is ${kinds[kind]}${besides}`,
      fix: OTHER_WAYS,
    };
  }
  if (!usual)
    return {
      allowed: false,
      why: `plain http only goes to an address in its usual form, and this is read as ${host}`,
      fix: `Write ${base_url}.`,
    };
  if (!isPrivateHost(host)) return { allowed: true, why: `allow_insecure lets plain http without a token go to ${kinds[kind]}` };
  return { allowed: true, why: `plain http may go to ${kinds[kind]}` };
}
