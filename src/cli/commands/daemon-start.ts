import { startDetached } from "../../client/start.ts";
import { daemonConfig } from "../../config/daemon.ts";
import { holderOf } from "../../config/runtime.ts";
import { command } from "../command.ts";
import { serveHere } from "../serve.ts";

export const daemonStart = command({
  name: "daemon start",
  summary: "Start the daemon in the background",
  words: [],
  flags: {
    listen: { kind: "text", value: "ADDRESS", help: "ip:port or unix:///path, instead of the private socket" },
    insecure_readonly: { kind: "switch", help: "let everybody who reaches it read, and nobody write" },
    foreground: { kind: "switch", help: "stay in the foreground" },
  },
  async run({ listen, insecure_readonly, foreground }, { env, home, notice }) {
    const config = daemonConfig(home, env, { listen, insecure_readonly });
    if (foreground || isSupervised(env)) return serveHere(config, env, notice);
    const before = holderOf(home.lock);
    const flags = [...(listen === undefined ? [] : ["--listen", listen]), ...(insecure_readonly ? ["--insecure-readonly"] : [])];
    const record = await startDetached({ home, flags, startedBy: "command" });
    const { pid, address, version, db_path, started_at } = record;
    const notices = [`kata: daemon pid=${pid} listens on ${address}`];
    if (before?.started_by === "auto" && record.took_over_from === before.pid)
      notices.push(`kata: it took over from the automatic daemon, pid=${before.pid}`);
    return { data: { pid, address, version, db_path, started_at }, text: "", notices };
  },
});

/** As process 1 of a container, or under systemd, going to the background would look like ending. */
function isSupervised(env: Record<string, string | undefined>): boolean {
  return process.pid === 1 || Boolean(env["NOTIFY_SOCKET"]) || env["SYSTEMD_EXEC_PID"] === String(process.pid);
}
