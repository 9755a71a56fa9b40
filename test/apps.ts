import type { App } from "../src/app/app.ts";
import { Hub } from "../src/app/hub.ts";
import { ulidSource } from "../src/core/ulid.ts";
import { instanceUid } from "../src/store/open.ts";
import { freshSqlite } from "./stores.ts";

export type TestApp = App & {
  /** Sets the clock on by so many milliseconds. It stands still otherwise. */
  pass(ms: number): void;
  [Symbol.asyncDispose](): Promise<void>;
};

/** What use cases work on, over a new database, with a clock that the test moves: `await using app = await freshApp()`. */
export async function freshApp(settings: Partial<App["settings"]> = {}): Promise<TestApp> {
  const { db, remove } = await freshSqlite();
  let clock = Date.parse("2026-03-01T12:00:00.000Z");
  return {
    db,
    hub: new Hub(),
    now: () => new Date(clock),
    ulid: ulidSource(
      () => clock,
      (bytes) => crypto.getRandomValues(bytes),
    ),
    instance_uid: await instanceUid(db),
    settings: { close_throttle: true, ...settings },
    pass: (ms) => void (clock += ms),
    [Symbol.asyncDispose]: async () => {
      await db.close();
      await remove();
    },
  };
}
