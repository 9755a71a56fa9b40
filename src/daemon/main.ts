import type { DaemonConfig } from "../config/daemon.ts";
import type { LogFormat } from "../config/log.ts";
import { LOCK_HELD } from "../config/runtime.ts";
import { KataError, LocalError, outcomeOf } from "../core/error.ts";
import { log, openLog } from "./log.ts";
import { managerOf } from "./notify.ts";
import { startDaemon } from "./start.ts";

type Env = Record<string, string | undefined>;
type Served = { data: null; text: string };
/** `configured` reads the settings, now and again whenever they may have changed; `json` is for errors of the start. */
type How = { env: Env; format: LogFormat; json: boolean };

/** `kata daemon start --foreground`: serves until a signal ends it. */
export async function serveHere(configured: () => DaemonConfig, { env, format, json }: How): Promise<Served> {
  const isRead = openLog(format, env);
  try {
    return await serve(configured, env);
  } catch (thrown) {
    if (json || !isRead) throw thrown;
    const error = thrown instanceof LocalError ? thrown : KataError.from(thrown);
    log("error", error.message, { ...(error.hint !== undefined && { hint: error.hint }) });
    process.exit(outcomeOf(error).exit);
  }
}

async function serve(configured: () => DaemonConfig, env: Env): Promise<Served> {
  const startedBy = env["KATA_AUTOSTART"] === "1" ? "auto" : "command";
  delete env["KATA_AUTOSTART"];
  const manager = managerOf(env);
  const started = await startDaemon({ configured, startedBy, manager });
  if ("held_by" in started) {
    // The command that lost the race uses the winner's daemon, and says nothing.
    if (startedBy === "auto") process.exit(LOCK_HELD);
    throw new LocalError("internal", `A daemon of this database runs already: pid ${started.held_by}.`);
  }
  // What did not end in time would keep the process alive.
  if (!(await started.ended)) process.exit(1);
  return { data: null, text: "" };
}
