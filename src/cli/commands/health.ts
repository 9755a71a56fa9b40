import type { Client } from "../../client/client.ts";
import { findRemote, findRunning } from "../../client/find.ts";
import { LocalError } from "../../core/error.ts";
import { command, type Context } from "../command.ts";
import { httpTimeout } from "../timeout.ts";

export const health = command({
  name: "health",
  summary: "Ask the daemon how it is, without starting one",
  words: [],
  flags: {},
  async run(_, context) {
    const data = await (await running(context)).call("liveness.health", {});
    const { ok, problem = "The daemon says that it is not well.", hint, schema_version, uptime, db_path = "-" } = data;
    return {
      data,
      text: `ok=${ok} schema_version=${schema_version} uptime=${uptime} db=${db_path}`,
      ...(!ok && { failure: new LocalError("checks_failed", problem, hint ?? "Look into its log.") }),
    };
  },
});

async function running({ env, target, notice }: Context): Promise<Client> {
  const timeoutMs = httpTimeout(env, notice);
  const chosen = target();
  if (chosen.kind === "remote") return findRemote({ ...chosen, token: undefined }, timeoutMs);
  const found = await findRunning(chosen.home, chosen.token, timeoutMs);
  if (found) return found;
  throw new LocalError(
    "daemon_unavailable",
    "No daemon is running.",
    "The next command that needs one starts it; so does `kata daemon start`.",
  );
}
