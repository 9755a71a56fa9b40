import { KataError } from "../core/error.ts";
import type { Client } from "./client.ts";
import { type Frame, FrameReader } from "./frames.ts";

const HANDSHAKE_MS = 10_000;
/** Longer than any daemon is silent: the original beats every 25 s. */
const SILENCE_MS = 60_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** An event as its JSON text on one line, or the id to go on from after everything known has become worthless. */
export type Streamed = { id: number; json: string } | { reset_after_id: number };

type Following = {
  project_id?: number | undefined;
  /** Events after this id. */
  from: number;
  signal: AbortSignal;
  /** Told why a connection ended, and after how long there will be another. */
  lost(why: string, pauseMs: number): void;
};

/**
 * Follows the daemon's events for as long as the signal lets it, each once and in order, through lost connections:
 * it resumes after the last id that it saw. What the daemon refuses (4xx) is thrown, and so is a first failure to connect.
 */
export async function* followEvents(client: Client, following: Following): AsyncGenerator<Streamed> {
  const { signal } = following;
  let cursor = following.from;
  let pause = FIRST_PAUSE_MS;
  for (let first = true; !signal.aborted; first = false) {
    let reset = false;
    try {
      for await (const news of oneConnection(client, { ...following, from: cursor })) {
        reset = "reset_after_id" in news;
        cursor = "id" in news ? news.id : news.reset_after_id;
        pause = FIRST_PAUSE_MS;
        yield news;
      }
    } catch (error) {
      if (!signal.aborted && (first || !isPassing(error))) throw error;
    }
    if (reset || signal.aborted) continue;
    following.lost("the connection ended", pause);
    await sleep(pause, signal);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
}

/** Whether another try may do better: a lost connection, or a fault of the daemon's own. */
function isPassing(error: unknown): boolean {
  return error instanceof KataError ? error.status >= 500 : error instanceof Error;
}

async function* oneConnection(client: Client, { project_id, from, signal }: Following): AsyncGenerator<Streamed> {
  const silence = new AbortController();
  const both = AbortSignal.any([signal, silence.signal]);
  let timer = setTimeout(() => silence.abort(), HANDSHAKE_MS);
  try {
    const headers = { accept: "text/event-stream", ...(from > 0 && { "last-event-id": String(from) }) };
    const response = await client.fetch("events.stream", { query: { project_id }, headers }, both);
    if (!response.ok) throw client.refusal(response.status, await response.json().catch(() => null));
    const reader = new FrameReader();
    for await (const piece of response.body ?? []) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
      yield* reader.push(piece).flatMap(newsOf);
    }
  } finally {
    clearTimeout(timer);
    silence.abort();
  }
}

function newsOf({ id, event, data }: Frame): Streamed[] {
  if (data === undefined) return [];
  if (event !== "sync.reset_required") return [{ id: Number(id), json: data }];
  return [{ reset_after_id: (JSON.parse(data) as { reset_after_id: number }).reset_after_id }];
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  signal.addEventListener("abort", () => resolve(), { once: true });
  return promise.finally(() => clearTimeout(timer));
}
