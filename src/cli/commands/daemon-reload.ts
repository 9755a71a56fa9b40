import { ownRecords } from "../../client/find.ts";
import { LocalError } from "../../core/error.ts";
import { command } from "../command.ts";

export const daemonReload = command({
  name: "daemon reload",
  summary: "Let the running daemon read config.toml and hooks.toml again",
  words: [],
  flags: {},
  async run(_, { home }) {
    const [daemon] = ownRecords(home);
    if (!daemon) throw new LocalError("usage", "No daemon is running, so there is nothing to reload.", "`kata daemon start` starts one.");
    process.kill(daemon.pid, "SIGHUP");
    return { data: { pid: daemon.pid }, text: `reloading pid=${daemon.pid}` };
  },
});
