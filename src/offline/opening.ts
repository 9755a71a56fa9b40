import { ulidSource } from "../core/ulid.ts";
import type { Opening } from "../store/migrate.ts";

/** What a database is opened with here; `notice` is told when it had to be upgraded. */
export function openingOf(notice: (line: string) => void): Opening {
  return {
    ulid: ulidSource(Date.now, (bytes) => crypto.getRandomValues(bytes)),
    now: () => new Date().toISOString(),
    notice: (line) => notice(`kata: ${line}`),
  };
}
