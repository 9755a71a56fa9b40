import { command } from "../command.ts";
import { checkStart, listenFlags, startInBackground } from "../daemon-start.ts";
import { stopDaemons } from "../daemon-stop.ts";

export const daemonRestart = command({
  name: "daemon restart",
  summary: "Stop the daemon, and start it again in the background",
  own_daemon: true,
  words: [],
  flags: listenFlags,
  async run(flags, context) {
    checkStart(flags, context);
    const stopped = await stopDaemons(context.home);
    const answer = await startInBackground(flags, context);
    return { ...answer, notices: [...stopped.map((pid) => `kata: stopped pid=${pid}`), ...(answer.notices ?? [])] };
  },
});
