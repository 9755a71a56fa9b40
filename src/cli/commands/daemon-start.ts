import { daemonConfig } from "../../config/daemon.ts";
import { logFormat } from "../../config/log.ts";
import { command } from "../command.ts";
import { listenFlags, startInBackground } from "../daemon-start.ts";
import { serveHere } from "../serve.ts";

export const daemonStart = command({
  name: "daemon start",
  guesses: ["serve", "start"],
  summary: "Start the daemon in the background",
  own_daemon: true,
  words: [],
  flags: { ...listenFlags, foreground: { kind: "switch", help: "stay in the foreground" } },
  async run({ foreground, ...flags }, context) {
    const { env, home, global } = context;
    if (!foreground && !isSupervised(env)) return startInBackground(flags, context);
    const format = logFormat(home, env, flags.log_format);
    return serveHere(() => daemonConfig(home, env, flags, { hosted: true }), { env, format, json: global.json });
  },
});

/** As process 1 of a container, or under systemd, going to the background would look like ending. */
function isSupervised(env: Record<string, string | undefined>): boolean {
  return process.pid === 1 || Boolean(env["NOTIFY_SOCKET"]) || env["SYSTEMD_EXEC_PID"] === String(process.pid);
}
