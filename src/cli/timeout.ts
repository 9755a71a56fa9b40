import { parseDuration } from "../core/time.ts";

const USUAL_MS = 5_000;

/** KATA_HTTP_TIMEOUT as milliseconds; what can't be read is said, and does not count. */
export function httpTimeout(env: Record<string, string | undefined>, notice: (line: string) => void): number {
  const text = env["KATA_HTTP_TIMEOUT"];
  if (!text) return USUAL_MS;
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0) return ms;
  notice(`kata: KATA_HTTP_TIMEOUT=${JSON.stringify(text)} is no duration such as 30s; 5s it is`);
  return USUAL_MS;
}
