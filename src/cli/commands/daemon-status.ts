import { liveRecords } from "../../client/find.ts";
import { command } from "../command.ts";

export const daemonStatus = command({
  name: "daemon status",
  summary: "Tell which daemon of this database runs",
  examples: ["kata daemon status"],
  own_daemon: true,
  words: [],
  flags: {},
  async run(_, { home }) {
    const daemons = liveRecords(home).map(({ pid, version = "unknown", address, db_path, started_at }) => ({
      pid,
      version,
      address,
      db_path,
      started_at,
    }));
    const lines = daemons.map(
      (each) => `daemon pid=${each.pid} version=${each.version} address=${each.address} db=${each.db_path} started_at=${each.started_at}`,
    );
    return { data: { daemons }, text: lines.length > 0 ? lines.join("\n") : "no daemon running" };
  },
});
