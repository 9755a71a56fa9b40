import { KataError } from "./error.ts";

const LEAST_URGENT = 4;

/** A priority, or a refusal that names the member. */
export function checkPriority(member: string, priority: number): number {
  if (priority >= 0 && priority <= LEAST_URGENT) return priority;
  throw new KataError("validation", `${member}: must be from 0 (most urgent) to ${LEAST_URGENT}, not ${priority}`);
}
