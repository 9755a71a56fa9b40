import type { DaemonConfig } from "../config/daemon.ts";
import type { LogFormat } from "../config/log.ts";
import type { Answer } from "./command.ts";

type Env = Record<string, string | undefined>;
type Serve = (configured: () => DaemonConfig, how: { env: Env; format: LogFormat; json: boolean }) => Promise<Answer>;

let serve: Serve | undefined;

/** The command line never loads the server: main hands it in. */
export function provideServer(given: Serve): void {
  serve = given;
}

/** Runs the daemon in this process until a signal ends it. */
export const serveHere: Serve = (configured, how) => {
  if (!serve) throw new Error("No server was provided.");
  return serve(configured, how);
};
