import type { DaemonConfig } from "../config/daemon.ts";
import { holderOf, LOCK_HELD } from "../config/runtime.ts";
import { LocalError } from "../core/error.ts";
import { startDaemon } from "./start.ts";

type Env = Record<string, string | undefined>;
type Served = { data: null; text: string };

/** `kata daemon start --foreground`: serves until a signal ends it. */
export async function serveHere(config: DaemonConfig, env: Env, notice: (line: string) => void): Promise<Served> {
  const startedBy = env["KATA_AUTOSTART"] === "1" ? "auto" : "command";
  delete process.env["KATA_AUTOSTART"];
  const started = await startDaemon(config, startedBy);
  if (started === "held") {
    // The command that lost the race uses the winner's daemon, and says nothing.
    if (startedBy === "auto") process.exit(LOCK_HELD);
    throw new LocalError("internal", `A daemon of this database runs already: pid ${holderOf(config.home.lock)?.pid}.`);
  }
  if (started.tookOverFrom !== undefined) notice(`kata: took over from the automatic daemon, pid=${started.tookOverFrom}`);
  notice(`kata: daemon pid=${process.pid} listens on ${started.address}`);
  if (env["NOTIFY_SOCKET"]) (await import("./notify.ts")).notify(`READY=1\nMAINPID=${process.pid}`, env["NOTIFY_SOCKET"]);
  // What did not end in time would keep the process alive.
  if (!(await started.ended)) process.exit(1);
  return { data: null, text: "" };
}
