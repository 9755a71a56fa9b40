import { toEnvelope, type StoredEvent } from "../core/event.ts";
import { KataError } from "../core/error.ts";
import type { Principal } from "../core/principal.ts";
import { parseInteger } from "../core/integer.ts";
import { follow } from "../app/follow.ts";
import { projectAt } from "../store/projects.ts";
import type { Daemon } from "./daemon.ts";

type Asked = {
  query: { project_id?: string | undefined; after_id?: string | undefined };
  headers: { accept?: string | undefined; "last-event-id"?: string | undefined };
};

/** GET /api/v1/events/stream: server-sent events, resumed from `Last-Event-ID` or `after_id` (http-api.md §14.2). */
export async function streamEvents(
  daemon: Daemon,
  { query, headers }: Asked,
  by: { request: Request; principal: Principal },
): Promise<Response> {
  checkAccept(headers.accept);
  const cursor = cursorOf(query.after_id, headers["last-event-id"]);
  const project_id = query.project_id === undefined ? undefined : whole("project_id", query.project_id, 1);
  if (project_id !== undefined) await projectAt(daemon.app.db, project_id);

  async function* frames(): AsyncGenerator<string | Uint8Array> {
    const { token } = by.principal;
    const watched = token && daemon.tokens.watch(token.id);
    const signal = AbortSignal.any([by.request.signal, daemon.ending, ...(watched ? [watched.signal] : [])]);
    try {
      yield ": connected\n\n";
      for await (const news of follow(daemon.app, cursor, { project_id }, signal)) {
        if ("events" in news) yield encoded(news.events);
        else if ("heartbeat" in news) yield ": keepalive\n\n";
        else
          yield frame(news.reset_after_id, "sync.reset_required", { event_id: news.reset_after_id, reset_after_id: news.reset_after_id });
      }
    } finally {
      watched?.release();
    }
  }

  return new Response(frames() as unknown as ReadableStream, {
    // nginx would keep what it has until a buffer is full.
    headers: { "content-type": "text/event-stream", "cache-control": "no-cache", connection: "keep-alive", "x-accel-buffering": "no" },
  });
}

/** Each batch is encoded once for all who follow. */
const texts = new WeakMap<readonly StoredEvent[], Uint8Array>();
const utf8 = new TextEncoder();

function encoded(events: readonly StoredEvent[]): Uint8Array {
  let bytes = texts.get(events);
  if (!bytes) texts.set(events, (bytes = utf8.encode(events.map((event) => frame(event.id, event.type, toEnvelope(event))).join(""))));
  return bytes;
}

/** One server-sent event, as the original writes it: one line of data, and exactly these three names. */
export function frame(id: number, type: string, data: unknown): string {
  return `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}

function checkAccept(accept: string | undefined): void {
  const types = (accept ?? "").split(",").map((part) => (part.split(";")[0] ?? "").trim());
  if (types.includes("text/event-stream") || types.includes("*/*")) return;
  throw new KataError("not_acceptable", "The stream is text/event-stream only.", { hint: "Send Accept: text/event-stream." });
}

function cursorOf(afterId: string | undefined, lastEventId: string | undefined): number {
  if (afterId !== undefined && lastEventId !== undefined) {
    throw new KataError("cursor_conflict", "Last-Event-ID and after_id say both where to go on.", { hint: "Send one of them." });
  }
  if (lastEventId !== undefined) return whole("Last-Event-ID", lastEventId);
  return afterId === undefined ? 0 : whole("after_id", afterId);
}

function whole(name: string, text: string, least = 0): number {
  const number = parseInteger(text) ?? -1;
  if (number >= least) return number;
  throw new KataError("validation", `${name}: must be a whole number of ${least} or more, not ${JSON.stringify(text)}`, {
    hint: "The ids of events and projects are such numbers.",
  });
}
