import type { Home } from "../config/home.ts";
import { Client, type Place } from "./client.ts";
import { findLocal } from "./find.ts";

export type Local = {
  home: Home;
  token: Place["token"];
  env: Record<string, string | undefined>;
  timeoutMs: number;
  say(line: string): void;
};

/** A client of this machine's daemon, which is started if none answers: only then is loaded what starts one. */
export async function reachLocal(local: Local): Promise<Client> {
  const start = async () => (await import("./start.ts")).startLocal(local);
  const found = await findLocal(local.home, local.token, local.env);
  return found ? new Client(found, local.timeoutMs, start) : new Client(await start(), local.timeoutMs);
}
