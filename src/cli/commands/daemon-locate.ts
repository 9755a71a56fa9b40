import { lineSafe } from "../../core/text.ts";
import { command } from "../command.ts";
import { locate } from "../locate.ts";
import { factRows } from "../rows.ts";

export const daemonLocate = command({
  name: "daemon locate",
  summary: "Tell which daemon is selected and why, without asking it",
  examples: ["kata daemon locate", "kata daemon locate --json"],
  words: [],
  flags: {},
  async run(_, { target: selected, asking }) {
    const target = selected();
    const { source, by, name, token } = target;
    const place = locate(target, asking);
    const data = { source, by, ...(name !== undefined && { daemon: name }), ...place, token: token ? { from: token.from } : null };
    const text = factRows([
      ["address", lineSafe(place.request_base_url ?? place.address)],
      ["chosen by", lineSafe(by)],
      ["runs", place.running === undefined ? undefined : place.running ? "yes" : "no, the next command that needs it starts it"],
      ["token", token ? `from ${lineSafe(token.from)}` : "none"],
      ["authority", target.kind === "remote" && target.ca ? lineSafe(target.ca.from) : undefined],
      ["proxy", target.kind === "remote" && target.proxy ? "yes, as config.toml says" : undefined],
    ]);
    return { data, text };
  },
});
