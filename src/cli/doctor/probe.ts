import type { RouteId } from "../../api/paths.ts";
import type { Reply } from "../../api/route.ts";
import type { Routes } from "../../api/routes.ts";
import type { Client } from "../../client/client.ts";
import { NoAnswer } from "../../client/no-answer.ts";
import type { Send } from "../../client/send.ts";
import { LocalError } from "../../core/error.ts";

export const PROBE_MS = 5_000;
/** How long is waited here is not for KATA_HTTP_TIMEOUT to say. */
const LATE = "It is busy, or it hangs: its log may tell. On its host, `kata daemon restart` starts another.";
const LARGEST_REPLY = 8 * 1_048_576;

export type Probed<T> = { reply: T; date: string | null; took_ms: number };

/** Asks a daemon something that changes nothing, and is neither held up by it nor flooded. */
export async function probe<Id extends RouteId>(client: Client, id: Id, input: Send<Routes[Id]>): Promise<Probed<Reply<Routes[Id]>>> {
  const from = performance.now();
  const response = await client.fetch(id, input, AbortSignal.timeout(PROBE_MS)).catch((error: unknown) => {
    throw error instanceof NoAnswer && error.kind === "internal" ? new LocalError("internal", error.message, LATE) : error;
  });
  const reply = parse(await textOf(response, client.place.name));
  if (!response.ok) throw client.refusal(response.status, reply);
  return { reply: reply as Reply<Routes[Id]>, date: response.headers.get("date"), took_ms: performance.now() - from };
}

async function textOf(response: Response, name: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of response.body ?? []) {
    pieces.push(piece);
    size += piece.length;
    if (size > LARGEST_REPLY)
      throw new LocalError(
        "internal",
        `The reply of ${name} is larger than ${LARGEST_REPLY} bytes.`,
        "Check that a kata daemon answers there.",
      );
  }
  return Buffer.concat(pieces).toString();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
