import { log } from "./log.ts";

type Obeying = {
  /** Ends the daemon; told by the signal to wait for nothing more. */
  stop(hurry: AbortSignal): Promise<boolean>;
  reload(): void;
};

/**
 * SIGTERM or SIGINT ends the daemon, and SIGHUP lets it read its settings again. A second SIGINT is a person who has waited
 * long enough; a second SIGTERM is one more program that asks for the same. Settles when all has ended: whether in time.
 */
export function obeySignals({ stop, reload }: Obeying): Promise<boolean> {
  const hurry = new AbortController();
  const ended = Promise.withResolvers<boolean>();
  let stopping = false;
  const end = (signal: "SIGTERM" | "SIGINT"): void => {
    if (stopping && signal === "SIGINT") hurry.abort();
    if (stopping) return;
    stopping = true;
    log("info", `${signal}: stopping`);
    stop(hurry.signal).then(ended.resolve, ended.reject);
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
  process.on("SIGHUP", () => {
    if (!stopping) reload();
  });
  return ended.promise;
}
