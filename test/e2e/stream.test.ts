import { expect, test } from "bun:test";
import { FrameReader } from "../../src/client/frames.ts";
import { homeOf } from "../../src/config/home.ts";
import { type Workspace, workspace } from "../workspace.ts";

const WRITERS = 64;
const EACH = 5;

const api = (kata: Workspace, path: string, init: RequestInit = {}) =>
  fetch(`http://kata.invalid/api/v1${path}`, { ...init, unix: homeOf(kata.env).socket });

async function create(kata: Workspace, title: string): Promise<number> {
  const body = JSON.stringify({ actor: "ada", title });
  const response = await api(kata, "/projects/1/issues", { method: "POST", headers: { "content-type": "application/json" }, body });
  await response.arrayBuffer();
  return response.status;
}

/** Follows the stream after `from` until `count` events came, and gives their ids as they came. */
async function follow(kata: Workspace, from: number, count: number): Promise<number[]> {
  const stop = new AbortController();
  const headers = { accept: "text/event-stream", ...(from > 0 && { "last-event-id": String(from) }) };
  const { body } = await api(kata, "/events/stream", { headers, signal: stop.signal });
  const [reader, ids]: [FrameReader, number[]] = [new FrameReader(), []];
  for await (const piece of body ?? []) {
    ids.push(...reader.push(piece).flatMap(({ id }) => (id === undefined ? [] : [Number(id)])));
    if (ids.length >= count) break;
  }
  stop.abort();
  return ids;
}

test("each stream has each event once and in order while 64 clients write, and none of them is refused", async () => {
  await using kata = await workspace();
  const total = WRITERS * EACH;
  const early = [0, 1, 2].map(() => follow(kata, 0, total));
  const resumed = follow(kata, 0, total >> 1).then(async (ids) => [...ids, ...(await follow(kata, ids.at(-1) ?? 0, total - ids.length))]);
  const writing = Array.from({ length: WRITERS }, async (_, writer) => {
    const statuses: number[] = [];
    for (let n = 0; n < EACH; n++) statuses.push(await create(kata, `Writer ${writer}, issue ${n}`));
    return statuses;
  });
  const late = Bun.sleep(20).then(() => follow(kata, 0, total));

  expect((await Promise.all(writing)).flat().filter((status) => status !== 200)).toEqual([]);
  const polled = (await (await api(kata, `/events?limit=1000`)).json()) as { events: { event_id: number }[] };
  const ids = polled.events.map(({ event_id }) => event_id);
  expect(ids).toHaveLength(total);
  expect(ids).toEqual(ids.toSorted((a, b) => a - b));
  for (const seen of await Promise.all([...early, resumed, late])) expect(seen).toEqual(ids);
}, 30_000);
