import { startDetached } from "../client/start.ts";
import { daemonConfig } from "../config/daemon.ts";
import { logFormat } from "../config/log.ts";
import type { Args, Flags } from "./args.ts";
import type { Answer, Context } from "./command.ts";

export const listenFlags = {
  listen: { kind: "text", value: "ADDRESS", help: "ip:port or unix:///path, instead of the private socket" },
  insecure_readonly: { kind: "switch", help: "let everybody who reaches it read, and nobody write" },
  log_format: { kind: "text", value: "FORMAT", help: "its log as text, or as json: an object a line" },
} as const satisfies Flags;

type Given = Args<never, typeof listenFlags>;

/** Starts a daemon that somebody asked for, in the background; it takes over from an automatic one, and says so. */
export async function startInBackground({ listen, insecure_readonly, log_format }: Given, { home, env }: Context): Promise<Answer> {
  // What can be refused without a daemon is refused before one is started.
  logFormat(home, env, log_format);
  daemonConfig(home, env, { listen, insecure_readonly });
  const flags = [
    ...(listen === undefined ? [] : ["--listen", listen]),
    ...(insecure_readonly ? ["--insecure-readonly"] : []),
    ...(log_format === undefined ? [] : ["--log-format", log_format]),
  ];
  const { took_over_from, started_by: _, ...data } = await startDetached({ home, flags, startedBy: "command" });
  const notices = [`kata: daemon pid=${data.pid} listens on ${data.address}`];
  if (took_over_from !== undefined) notices.push(`kata: it took over from the automatic daemon, pid=${took_over_from}`);
  return { data, text: "", notices };
}
