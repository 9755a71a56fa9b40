import { logError } from "./log.ts";

/**
 * Says in the log what no request caught, and goes on: every change is a transaction of its own, so nothing half done is
 * left, and the other requests are to be answered. Without this the runtime would end the process.
 */
export function logFaults(): void {
  process.on("unhandledRejection", (thrown) => logError("a rejection that nobody caught", thrown));
  process.on("uncaughtException", (thrown) => logError("an error that nobody caught", thrown));
}
