import { expect, test } from "bun:test";
import { getEventListeners } from "node:events";
import { Hub } from "./hub.ts";

const LONG_MS = 60_000;

test("`after()` resolves at the next wake, at once where one was missed, on abort, and when its time is over", async () => {
  const hub = new Hub();
  const stop = new AbortController();
  const waiting = hub.after(hub.wakes, LONG_MS, stop.signal);
  hub.wake();
  await waiting;
  await hub.after(hub.wakes - 1, LONG_MS, stop.signal);
  await hub.after(hub.wakes, 1, stop.signal);
  const ended = hub.after(hub.wakes, LONG_MS, stop.signal);
  stop.abort();
  await ended;
  await hub.after(hub.wakes, LONG_MS, stop.signal);
});

test("`after()` leaves nothing on the signal of a stream that waits again and again", async () => {
  const hub = new Hub();
  const { signal } = new AbortController();
  for (let n = 0; n < 10; n++) {
    const waiting = hub.after(hub.wakes, LONG_MS, signal);
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    hub.wake();
    await waiting;
  }
  expect(getEventListeners(signal, "abort")).toEqual([]);
});
