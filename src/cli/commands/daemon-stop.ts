import { command } from "../command.ts";
import { stopDaemons } from "../daemon-stop.ts";

export const daemonStop = command({
  name: "daemon stop",
  guesses: ["daemon kill", "stop"],
  summary: "Stop the daemon, and return when it has ended",
  own_daemon: true,
  words: [],
  flags: {},
  async run(_, { home }) {
    const stopped = await stopDaemons(home);
    return { data: { stopped }, text: stopped.map((pid) => `stopped pid=${pid}`).join("\n") };
  },
});
