import { LocalError } from "../../core/error.ts";
import { command } from "../command.ts";
import { signallable } from "../daemon-stop.ts";

export const daemonReload = command({
  name: "daemon reload",
  summary: "Let the running daemon read config.toml, hooks.toml and its certificates again",
  own_daemon: true,
  words: [],
  flags: {},
  async run(_, { home }) {
    const [pid] = signallable(home);
    if (pid === undefined)
      throw new LocalError("usage", "No daemon is running, so there is nothing to reload.", "`kata daemon start` starts one.");
    process.kill(pid, "SIGHUP");
    return { data: { pid }, text: `reloading pid=${pid}` };
  },
});
