import { Client } from "../../client/client.ts";
import { findRemote, placeOf } from "../../client/find.ts";
import { readRecords } from "../../config/runtime.ts";
import { targetOf, tokenOf } from "../../config/target.ts";
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
    const { ok, schema_version, uptime, db_path = "-" } = data;
    return { data, text: `ok=${ok} schema_version=${schema_version} uptime=${uptime} db=${db_path}` };
  },
});

async function running({ env, home, folder, notice }: Context): Promise<Client> {
  const target = targetOf(env, folder);
  const timeoutMs = httpTimeout(env, notice);
  if (target.kind === "remote") return findRemote(target, undefined, timeoutMs);
  const token = tokenOf(env, home);
  for (const { address } of readRecords(home.runtime)) {
    const client = new Client(placeOf(address, token), timeoutMs);
    const isThere = await client.call("liveness.ping", {}).then(
      () => true,
      (error: unknown) => !(error instanceof LocalError && error.kind === "daemon_unavailable"),
    );
    if (isThere) return client;
  }
  throw new LocalError(
    "daemon_unavailable",
    "No daemon is running.",
    "The next command that needs one starts it; so does `kata daemon start`.",
  );
}
