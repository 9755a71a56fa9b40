import { FrameReader } from "../src/client/frames.ts";
import { api, create, isCut, newTitle } from "../test/crash/client.ts";
import type { Workspace } from "../test/workspace.ts";

/** What goes on, and what has been seen of it. */
export type Soaked = {
  kata: Workspace;
  over: boolean;
  /** The issues that were acknowledged, by the key that each was asked for with. */
  acknowledged: Map<string, string>;
  /** Events that all streams have had together, and how often one was cut. */
  streamed: number;
  cut: number;
  exports: number;
  faults: string[];
};

/** Between two changes of one writer: it is to go on for long, not fast. */
const PAUSE_MS = 25;

/** Creates issues one after the other; what gets no answer is asked for again. */
export async function write(soaked: Soaked, writer: number): Promise<void> {
  while (!soaked.over) {
    const [title, key] = [newTitle(), Bun.randomUUIDv7()];
    const body = `By ${writer}: ${"some words ".repeat(30)}`;
    while (!soaked.acknowledged.has(key)) {
      await attempt(soaked, title, { key, body });
      await Bun.sleep(PAUSE_MS);
    }
  }
}

async function attempt({ kata, acknowledged, faults }: Soaked, title: string, more: { key: string; body: string }): Promise<void> {
  try {
    const { status, uid, code } = await create(kata, title, more);
    if (status !== 200) faults.push(`a create was answered with ${status} ${code}`);
    acknowledged.set(more.key, uid);
  } catch (error) {
    if (!isLost(error)) throw error;
  }
}

const isLost = (error: unknown): boolean => isCut(error) || (error instanceof DOMException && error.name === "TimeoutError");

/** Follows the stream, resumes where it was cut, and looks whether anything comes twice or out of order. */
export async function follow(soaked: Soaked): Promise<void> {
  const seen = { last: 0 };
  while (!soaked.over) {
    try {
      await followOnce(soaked, seen);
    } catch (error) {
      if (!isLost(error)) throw error;
    }
    if (!soaked.over) soaked.cut += 1;
    await Bun.sleep(PAUSE_MS);
  }
}

async function followOnce(soaked: Soaked, seen: { last: number }): Promise<void> {
  const stop = new AbortController();
  const headers = { accept: "text/event-stream", ...(seen.last > 0 && { "last-event-id": String(seen.last) }) };
  const { body } = await api(soaked.kata, "/events/stream", { headers, signal: stop.signal });
  const reader = new FrameReader();
  for await (const piece of body ?? []) {
    for (const { id } of reader.push(piece)) seen.last = take(soaked, seen.last, id);
    if (soaked.over) break;
  }
  stop.abort();
}

function take(soaked: Soaked, last: number, id: string | undefined): number {
  if (id === undefined) return last;
  if (Number(id) !== last + 1) soaked.faults.push(`event ${id} came after ${last}`);
  soaked.streamed += 1;
  return Number(id);
}

/** What is lost or doubled of what was acknowledged. */
export async function settledClients({ kata, acknowledged }: Soaked): Promise<string[]> {
  const logged: string[] = [];
  for (let after = 0, count = 1; count > 0;) {
    const page = (await (await api(kata, `/events?after_id=${after}&limit=1000`)).json()) as {
      events: { type: string; issue_uid: string }[];
      next_after_id: number;
    };
    count = page.events.length;
    logged.push(...page.events.filter(({ type }) => type === "issue.created").map(({ issue_uid }) => issue_uid));
    after = page.next_after_id;
  }
  const there = new Set(logged);
  const lost = [...acknowledged.values()].filter((uid) => !there.has(uid));
  return [
    ...(lost.length > 0 ? [`${lost.length} acknowledged issues are lost`] : []),
    ...(logged.length !== there.size ? [`${logged.length - there.size} issues were logged twice`] : []),
    ...(there.size !== acknowledged.size ? [`${there.size} issues are there, and ${acknowledged.size} were acknowledged`] : []),
  ];
}
