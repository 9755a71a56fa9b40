import type { Listener } from "../config/listener.ts";
import { kindOfHost } from "../core/address.ts";
import { KataError } from "../core/error.ts";
import type { Daemon } from "./daemon.ts";

/** Names that mean the daemon everywhere: this machine's own, and the one that callers of a Unix socket send. */
const ALWAYS = ["localhost", "kata.invalid"];

/**
 * Refuses a Host that is neither a literal address nor a name of this daemon, so that no foreign name can stand for it: a
 * page of the web could reach a TCP listener under a name of its own (DNS rebinding). A Unix socket is out of its reach.
 */
export function checkHost({ allowed_hosts }: Pick<Daemon, "allowed_hosts">, { address }: Listener, { headers }: Request): void {
  if (address.kind === "unix") return;
  const given = headers.get("host") ?? "";
  if (given === "") throw new KataError("validation", "Host: is missing", { hint: "Name the host that is called, as HTTP wants it." });
  // The runtime joins several of them.
  if (given.includes(",")) throw new KataError("validation", "Host: is there twice", { hint: "Send it once." });
  const host = /^(\[[^\]]+\]|[^[\]:]+)(?::\d{0,5})?$/.exec(given)?.[1]?.toLowerCase();
  if (host === undefined)
    throw new KataError("validation", `Host: ${JSON.stringify(given)} is not a host and port`, { hint: "As in 127.0.0.1:7777." });
  const name = host.replace(/\.$/, "");
  if (ALWAYS.includes(name) || allowed_hosts.includes(name) || kindOfHost(name) !== "name") return;
  throw new KataError("host_forbidden", `Host: ${JSON.stringify(name)} is not a name of this daemon.`, {
    hint: "Reach it by its IP address, or let it have the name: allowed_hosts in its config.toml.",
  });
}
