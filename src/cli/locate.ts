import { liveRecords, placeOf } from "../client/find.ts";
import { withoutOwnTokens } from "../config/token.ts";
import { daemonConfig, recordOf } from "../config/daemon.ts";
import type { Home } from "../config/home.ts";
import type { RuntimeRecord } from "../config/runtime.ts";
import type { Asking, Target } from "../config/target.ts";

/** Where the daemon of a target is. */
export type Located = {
  kind: "local" | "remote";
  network: "unix" | "tcp";
  scheme: "unix" | "http" | "https";
  /** `unix:///path`, or host and port. */
  address: string;
  request_base_url?: string;
  /** Of a daemon of this machine: whether there is one. */
  running?: boolean;
};

/** Where a daemon is, or would be, as far as this machine knows: nobody is asked. */
export function locate(target: Target, { env }: Asking): Located {
  if (target.kind === "remote") {
    const { scheme, origin, base_url } = target.server;
    const { host, port } = new URL(origin);
    const address = port === "" ? `${host}:${scheme === "https" ? 443 : 80}` : host;
    return { kind: "remote", network: "tcp", scheme, address, request_base_url: base_url };
  }
  const [daemon] = liveRecords(target.home);
  const running = daemon !== undefined;
  const { name, unix } = placeOf(daemon ?? wouldBe(target.home, env), undefined);
  if (unix !== undefined) return { kind: "local", network: "unix", scheme: "unix", address: name, running };
  const { protocol, host } = new URL(name);
  return {
    kind: "local",
    network: "tcp",
    scheme: protocol === "https:" ? "https" : "http",
    address: host,
    request_base_url: name,
    running,
  };
}

/** What the daemon that a command would start says of itself. */
function wouldBe(home: Home, env: Asking["env"]): Pick<RuntimeRecord, "address" | "listeners"> {
  const { listeners, auth } = daemonConfig(home, withoutOwnTokens(env), { insecure_readonly: false });
  return { address: listeners[0]?.name ?? "", listeners: listeners.map((listener) => recordOf(listener, auth)) };
}
