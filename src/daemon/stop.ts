import { rmSync } from "node:fs";
import { STOP_MS } from "../config/runtime.ts";
import type { Open } from "./listeners.ts";
import { log } from "./log.ts";
import type { Underway } from "./underway.ts";

const REQUESTS_MS = 10_000;
const LATECOMERS_MS = 50;

type Parts = {
  open: readonly Pick<Open, "listener" | "stop">[];
  /** Ends the streams. */
  ending: AbortController;
  underway: Underway;
  /** What runs beside the requests: it ends meanwhile. */
  jobs: { stop(hurry: AbortSignal): Promise<void> };
  /** Closes what requests need. */
  close(): Promise<void>;
};

/**
 * Ends the serving: nobody new is let in, streams end, requests have their time to be answered, and what they do has its
 * time to be done. False where something was not done by the end; `hurry` ends all waiting.
 */
export async function stop(
  { open, ending, underway, jobs, close }: Parts,
  hurry: AbortSignal,
  limits = { requests: REQUESTS_MS, all: STOP_MS },
): Promise<boolean> {
  const end = performance.now() + limits.all;
  const left = () => Math.max(0, end - performance.now());
  ending.abort();
  const ended = jobs.stop(hurry);
  await turnAway(open);
  const answered = Promise.all(open.map((each) => each.stop(false)));
  if (!(await within(answered, limits.requests, hurry))) log("warning", "requests without an answer were cut off");
  await within(Promise.all(open.map((each) => each.stop(true))), left(), hurry);
  // Nobody waits for them any more, and yet what they began is to be whole.
  const done = await within(underway.idle(), left(), hurry);
  if (!done) log("error", "requests did not end in time: what they had not written is not done", { requests: underway.count });
  const idle = await within(ended, left(), hurry);
  if (!idle) log("error", "hooks did not end in time: what was not finished is run once more");
  return (await within(close(), left(), hurry)) && done && idle;
}

/**
 * Takes the sockets away, so that who comes now finds none and starts the next daemon, and lets those say what they want who
 * have just connected: a closed listener resets them, and they could not know whether anything was done.
 */
async function turnAway(open: Parts["open"]): Promise<void> {
  const paths = open.flatMap(({ listener: { address } }) => (address.kind === "unix" ? [address.path] : []));
  for (const path of paths) rmSync(path, { force: true });
  if (paths.length > 0) await Bun.sleep(LATECOMERS_MS);
}

/** Whether it settles in time. */
async function within(work: Promise<unknown>, ms: number, hurry: AbortSignal): Promise<boolean> {
  const late = Promise.withResolvers<false>();
  const giveUp = () => late.resolve(false);
  const timer = setTimeout(giveUp, ms);
  hurry.addEventListener("abort", giveUp);
  if (hurry.aborted) setTimeout(giveUp, 0);
  try {
    return await Promise.race([work.then(() => true), late.promise]);
  } finally {
    clearTimeout(timer); // It would keep the process alive for so long.
    hurry.removeEventListener("abort", giveUp);
  }
}
