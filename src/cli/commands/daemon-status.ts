import { liveRecords } from "../../client/find.ts";
import { listenersBeside, shownListener } from "../../config/runtime.ts";
import { command } from "../command.ts";

export const daemonStatus = command({
  name: "daemon status",
  summary: "Tell which daemon of this database runs",
  examples: ["kata daemon status"],
  own_daemon: true,
  words: [],
  flags: {},
  async run(_, { home }) {
    const daemons = liveRecords(home).map(({ pid, version = "unknown", address, db_path, started_at, listeners }) => ({
      pid,
      version,
      address,
      db_path,
      started_at,
      ...(listeners && { listeners: listeners.map(shownListener) }),
    }));
    const lines = daemons.flatMap((each) => [
      `daemon pid=${each.pid} version=${each.version} address=${each.address} db=${each.db_path} started_at=${each.started_at}`,
      ...listenersBeside(home.socket, each.listeners).map(
        ({ address, protocol, mode }) => `listener address=${address} protocol=${protocol} mode=${mode}`,
      ),
    ]);
    return { data: { daemons }, text: lines.length > 0 ? lines.join("\n") : "no daemon running" };
  },
});
