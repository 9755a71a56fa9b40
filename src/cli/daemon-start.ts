import { startDetached } from "../client/start.ts";
import { daemonConfig } from "../config/daemon.ts";
import { logFormat } from "../config/log.ts";
import { listeningLines, shownListener } from "../config/runtime.ts";
import type { Args, Flags } from "./args.ts";
import type { Answer, Context } from "./command.ts";

export const listenFlags = {
  listen: { kind: "texts", value: "ADDRESS", help: "ip:port, unix:///path or iface:name:port, instead of the private socket; repeats" },
  insecure_readonly: { kind: "switch", help: "let everybody who reaches it read, and nobody write" },
  log_format: { kind: "text", value: "FORMAT", help: "its log as text, or as json: an object a line" },
} as const satisfies Flags;

type Given = Args<never, typeof listenFlags>;

/** Refuses what can be refused without a daemon, before one is started or another is stopped for it. */
export function checkStart(given: Given, { home, env }: Context): void {
  logFormat(home, env, given.log_format);
  daemonConfig(home, env, given);
}

/** Starts a daemon that somebody asked for, in the background; it takes over from an automatic one, and says so. */
export async function startInBackground(given: Given, context: Context): Promise<Answer> {
  checkStart(given, context);
  const { home } = context;
  const {
    took_over_from,
    started_by: _,
    listeners = [],
    ...data
  } = await startDetached({ home, flags: flagsOf(given), startedBy: "command" });
  const notices = listeningLines({ ...data, listeners }, home.socket);
  if (took_over_from !== undefined) notices.push(`kata: it took over from the automatic daemon, pid=${took_over_from}`);
  if (data.upgraded !== undefined) notices.push(`kata: ${data.upgraded}`);
  return { data: { ...data, listeners: listeners.map(shownListener) }, text: "", notices };
}

/** What was given, for the daemon itself. */
function flagsOf({ listen = [], insecure_readonly, log_format }: Given): string[] {
  return [
    ...listen.flatMap((address) => ["--listen", address]),
    ...(insecure_readonly ? ["--insecure-readonly"] : []),
    ...(log_format === undefined ? [] : ["--log-format", log_format]),
  ];
}
