import { KataError, LocalError } from "../../core/error.ts";

export type Status = "ok" | "info" | "warn" | "fail";

/** What one look found. `fix` says what to do about it; the id is a contract with scripts. */
export type Check = { id: CheckId; category: string; status: Status; summary: string; details: string[]; fix: string | null };

/** Every check, in the order in which they are made and shown. */
export const checkIds = [
  "config.daemon",
  "config.workspace",
  "config.hooks",
  "target.selection",
  "target.token",
  "target.guardrail",
  "daemon.connection",
  "daemon.health",
  "daemon.identity",
  "daemon.version",
  "daemon.clock",
  "workspace.project",
  "daemon.hooks",
  "daemon.hook_queue",
  "daemon.hook_runs",
  "storage.integrity",
  "files.home",
  "files.socket",
  "files.secrets",
] as const;

export type CheckId = (typeof checkIds)[number];

type Found = { status: Status; summary: string; details?: readonly string[]; fix?: string };

/** The checks of one run. What a check finds may be what a later one needs. */
export class Checks {
  readonly found: Check[] = [];

  add(id: CheckId, { status, summary, details = [], fix }: Found): void {
    const [category = ""] = id.split(".");
    this.found.push({ id, category, status, summary, details: [...details], fix: fix ?? null });
  }

  /** Looks, and takes what is refused on the way as the failure of the check. */
  async look<T>(id: CheckId, look: () => Promise<Found & { value?: T }> | (Found & { value?: T })): Promise<T | undefined> {
    try {
      const { value, ...found } = await look();
      this.add(id, found);
      return value;
    } catch (error) {
      if (!(error instanceof LocalError || error instanceof KataError)) throw error;
      const earlier = this.found.find(({ status, summary }) => status === "fail" && summary === error.message);
      if (earlier) this.skip(id, `${earlier.id} fails`);
      else
        this.add(id, { status: "fail", summary: error.message, fix: error.hint ?? "Correct what is named, and run `kata doctor` again." });
      return undefined;
    }
  }

  skip(id: CheckId, why: string): void {
    this.add(id, { status: "info", summary: `not looked at, since ${why}` });
  }

  counts(): Record<Status, number> {
    const counts = { ok: 0, info: 0, warn: 0, fail: 0 };
    for (const { status } of this.found) counts[status] += 1;
    return counts;
  }
}
