import { KataError } from "./error.ts";

export const closeReasons = ["done", "wontfix", "duplicate", "superseded", "audit-no-change"] as const;
export type CloseReason = (typeof closeReasons)[number];

const TRIVIAL = new Set(["done", "fixed", "complete", "completed", "ok", "okay", "yes", "no", "n/a", "na", "skip", "nope"]);
const FLOORS: Record<CloseReason, number> = { done: 40, "audit-no-change": 40, wontfix: 60, duplicate: 20, superseded: 20 };

/** A message as it is judged and compared (data-model.md §8). Normalized again, it stays the same. */
export function normalizeMessage(message: string): string {
  return message
    .trim()
    .replaceAll(/\s+/g, " ")
    .toLowerCase()
    .replace(/[ .?!]+$/, "");
}

/** Refuses a message that says too little for the reason. */
export function checkMessage(reason: CloseReason, message: string): void {
  const said = normalizeMessage(message);
  const floor = FLOORS[reason];
  const hint = "Say what was done, or why nothing will be, and how you know (--message).";
  if (TRIVIAL.has(said)) throw new KataError("validation", `The message ${JSON.stringify(message)} says nothing.`, { hint });
  const length = new TextEncoder().encode(said).length;
  if (length < floor)
    throw new KataError(
      "validation",
      `A close as ${reason} needs a message of ${floor} bytes at least; ${length === 0 ? "there is none" : `it has ${length}`}.`,
      { hint },
    );
}

const BURST = { closes: 3, window_ms: 5 * 60_000 };
const REPEAT_MS = 30 * 60_000;

/** How far back closes of siblings count. */
export const THROTTLE_WINDOW_MS = REPEAT_MS;

/** A close of a sibling by the same actor. */
export type SiblingClose = { short_id: string; created_at: string; reason: string; message: string };

export type Throttled = { reason: "sibling-burst"; cohort: string[] } | { reason: "duplicate-message"; prior: string };

/** Whether this close comes too soon after those of its siblings, the newest first, or repeats what one of them said. */
export function throttled(
  close: { reason: string; message: string; now: number },
  siblings: readonly SiblingClose[],
): Throttled | undefined {
  const since = (ms: number) => siblings.filter(({ created_at }) => Date.parse(created_at) >= close.now - ms);
  const burst = since(BURST.window_ms);
  if (burst.length >= BURST.closes) return { reason: "sibling-burst", cohort: burst.map(({ short_id }) => short_id) };
  const said = normalizeMessage(close.message);
  if (said === "" || !isRepeatable(close.reason)) return undefined;
  const prior = since(REPEAT_MS).find(({ reason, message }) => isRepeatable(reason) && normalizeMessage(message) === said);
  return prior && { reason: "duplicate-message", prior: prior.short_id };
}

const isRepeatable = (reason: string): boolean => reason === "done" || reason === "audit-no-change";
