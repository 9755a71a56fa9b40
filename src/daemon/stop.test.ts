import { expect, test } from "bun:test";
import { listenerAt } from "../config/listener.ts";
import { stop } from "./stop.ts";
import { Underway } from "./underway.ts";

/** A server whose only route ends when it is let, and what happened to it, in order. */
function serving() {
  const begun = Promise.withResolvers<void>();
  const let_end = Promise.withResolvers<void>();
  const happened: string[] = [];
  const underway = new Underway();
  const work = async (): Promise<Response> => {
    begun.resolve();
    await let_end.promise;
    happened.push("done");
    return new Response("the answer");
  };
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, ...underway.counted({ routes: { "/": work }, fetch: work }) });
  const listener = listenerAt({ kind: "tcp", host: "127.0.0.1", port: server.port ?? 0 });
  const open = [{ listener, stop: (force: boolean) => server.stop(force) }];
  const ending = new AbortController();
  ending.signal.addEventListener("abort", () => happened.push("streams end"));
  const close = async () => void happened.push("closed");
  const answer = fetch(server.url).then(
    (response) => response.text(),
    () => "cut off",
  );
  return {
    parts: { open, ending, underway, jobs: { stop: async () => undefined }, close },
    begun: begun.promise,
    finish: () => let_end.resolve(),
    happened,
    answer,
  };
}

const never = new AbortController().signal;
const LONG_MS = 60_000;

test("`stop()` lets what was asked be answered, and then closes", async () => {
  const { parts, begun, finish, happened, answer } = serving();
  await begun;
  const stopped = stop(parts, never, { requests: LONG_MS, all: LONG_MS });
  setTimeout(finish, 20);
  expect([await answer, await stopped]).toEqual(["the answer", true]);
  expect(happened).toEqual(["streams end", "done", "closed"]);
});

test("`stop()` cuts off a request that has no answer in time, and yet what it does is done before all closes", async () => {
  const { parts, begun, finish, happened, answer } = serving();
  await begun;
  const stopped = stop(parts, never, { requests: 10, all: LONG_MS });
  expect(await answer).toBe("cut off");
  expect(happened).toEqual(["streams end"]);
  finish();
  expect(await stopped).toBe(true);
  expect(happened).toEqual(["streams end", "done", "closed"]);
});

test("`stop()` closes at last whatever still goes on, and says so", async () => {
  const { parts, begun, happened, answer } = serving();
  await begun;
  expect(await stop(parts, never, { requests: 10, all: 200 })).toBe(false);
  expect([await answer, happened]).toEqual(["cut off", ["streams end", "closed"]]);
});

test("`stop()` waits for nothing more once it is told to hurry", async () => {
  const { parts, begun, happened, answer } = serving();
  await begun;
  const hurry = new AbortController();
  const stopped = stop(parts, hurry.signal, { requests: LONG_MS, all: LONG_MS });
  setTimeout(() => hurry.abort(), 20);
  expect([await stopped, await answer]).toEqual([false, "cut off"]);
  expect(happened).toEqual(["streams end", "closed"]);
});
