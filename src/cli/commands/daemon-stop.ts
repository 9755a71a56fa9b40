import { liveRecords } from "../../client/find.ts";
import { isLocked } from "../../config/lock.ts";
import { LocalError } from "../../core/error.ts";
import { command } from "../command.ts";

const PATIENCE_MS = 20_000;

export const daemonStop = command({
  name: "daemon stop",
  summary: "Stop the daemon, and return when it has ended",
  words: [],
  flags: {},
  async run(_, { home }) {
    const stopped: number[] = [];
    for (const { pid, started_by } of liveRecords(home)) {
      if (started_by === undefined) continue;
      process.kill(pid, "SIGTERM");
      const end = Date.now() + PATIENCE_MS;
      while (isLocked(home.lock)) {
        if (Date.now() > end)
          throw new LocalError(
            "internal",
            `The daemon with pid ${pid} has not ended after ${PATIENCE_MS / 1_000} s.`,
            `Look into ${home.log}.`,
          );
        await Bun.sleep(5);
      }
      stopped.push(pid);
    }
    return { data: { stopped }, text: stopped.map((pid) => `stopped pid=${pid}`).join("\n") };
  },
});
