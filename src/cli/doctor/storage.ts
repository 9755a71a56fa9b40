import { existsSync } from "node:fs";
import type { Target } from "../../config/target.ts";
import { KEEP_DAMAGED } from "../../core/storage.ts";
import { integrityFaults } from "../integrity.ts";
import type { Checks } from "./check.ts";

/** Whether this machine's database is whole, read as it is, whether a daemon runs or not. */
export async function checkStorage(checks: Checks, target: Target | undefined): Promise<void> {
  if (!target) return checks.skip("storage.integrity", "no daemon is chosen");
  if (target.kind !== "local") return checks.skip("storage.integrity", "the daemon's database is not this machine's own");
  const { db } = target.home;
  await checks.look("storage.integrity", async () => {
    if (!existsSync(db)) return { status: "info", summary: `there is no ${db} yet` };
    const details = await integrityFaults(db);
    if (details.length === 0) return { status: "ok", summary: `${db} is whole` };
    return { status: "fail", summary: `${db} is damaged`, details, fix: KEEP_DAMAGED };
  });
}
