import { ulidSource } from "../core/ulid.ts";
import type { Opening } from "../store/migrate.ts";

/** What a database is opened with here; `notice` is told where the copy is when it had to be upgraded. */
export function openingOf(notice: (line: string) => void): Opening {
  return {
    ulid: ulidSource(Date.now, (bytes) => crypto.getRandomValues(bytes)),
    now: () => new Date().toISOString(),
    upgraded: ({ from, to, copy }) =>
      notice(`kata: upgraded the database from schema version ${from} to ${to}; a copy from before is at ${copy}`),
  };
}
