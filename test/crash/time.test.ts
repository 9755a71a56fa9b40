import { expect, test } from "bun:test";
import { FrameReader } from "../../src/client/frames.ts";
import { workspace } from "../workspace.ts";
import { settable } from "./clock.ts";
import { api, create, newTitle } from "./client.ts";
import { withPreload } from "./needs.ts";

type Event = { event_id: number; event_uid: string; issue_uid: string; created_at: string };

const HOUR_S = 3_600;

withPreload("a clock that is set back and forward puts no event out of order: ids and uids rise, and streams go on", async () => {
  await using kata = await workspace({ project: false });
  const { env, set } = settable(kata.home);
  Object.assign(kata.env, env);
  await kata`init --project demo`;
  const stop = new AbortController();
  const { body } = await api(kata, "/events/stream", { headers: { accept: "text/event-stream" }, signal: stop.signal });
  const started = Date.now();
  const made: { uid: string; offset: number }[] = [];
  for (const offset of [0, -HOUR_S, -48 * HOUR_S, 30 * 24 * HOUR_S, 0]) {
    set(offset);
    for (let n = 0; n < 5; n++) made.push({ uid: (await create(kata, newTitle())).uid, offset });
  }
  expect(made.map(({ uid }) => uid)).toEqual(made.map(({ uid }) => uid).toSorted());

  const { events } = (await (await api(kata, "/events?limit=1000")).json()) as { events: Event[] };
  const created = events.filter(({ issue_uid }) => issue_uid);
  expect(created.map(({ issue_uid }) => issue_uid)).toEqual(made.map(({ uid }) => uid));
  expect(events.map(({ event_id }) => event_id)).toEqual(events.map(({ event_id }) => event_id).toSorted((a, b) => a - b));
  expect(events.map(({ event_uid }) => event_uid)).toEqual(events.map(({ event_uid }) => event_uid).toSorted());
  // The time of an event is what the clock said.
  for (const [i, { offset }] of made.entries()) {
    const off = Date.parse(created[i]?.created_at ?? "") - started - offset * 1_000;
    expect(off).toBeGreaterThan(-5_000);
    expect(off).toBeLessThan(60_000);
  }

  const reader = new FrameReader();
  const streamed: number[] = [];
  for await (const piece of body ?? []) {
    streamed.push(...reader.push(piece).flatMap(({ id }) => (id === undefined ? [] : [Number(id)])));
    if (streamed.length >= events.length) break;
  }
  stop.abort();
  expect(streamed).toEqual(events.map(({ event_id }) => event_id));
  expect((await kata`health`).stdout).toMatch(/^ok=true .* uptime=\d+s /);
});

test("a daemon that was stopped for a while answers what was asked meanwhile, and its streams go on", async () => {
  await using kata = await workspace();
  const [pid = 0] = kata.daemons();
  const stop = new AbortController();
  const { body } = await api(kata, "/events/stream", { headers: { accept: "text/event-stream" }, signal: stop.signal });
  const before = await create(kata, newTitle());
  process.kill(pid, "SIGSTOP");
  const asked = Array.from({ length: 8 }, () => create(kata, newTitle()));
  await Bun.sleep(1_500);
  process.kill(pid, "SIGCONT");
  const made = [before, ...(await Promise.all(asked))].map(({ uid }) => uid);
  const reader = new FrameReader();
  const seen = new Set<string>();
  for await (const piece of body ?? []) {
    for (const { data } of reader.push(piece)) if (data !== undefined) seen.add((JSON.parse(data) as Event).issue_uid);
    if (made.every((uid) => seen.has(uid))) break;
  }
  stop.abort();
  expect([...seen].toSorted()).toEqual(made.toSorted());
});
