import { KataError } from "../core/error.ts";

/** Refuses a priority that there is none of, by the flag's name; the daemon would by its member's. */
export function checkPriority(flag: string, priority: number | undefined): void {
  if (priority === undefined || (priority >= 0 && priority <= 4)) return;
  throw new KataError("validation", `${flag} must be 0 to 4, not ${priority}.`, { hint: "0 is the most urgent." });
}
