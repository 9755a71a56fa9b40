import { homeOf } from "../../src/config/home.ts";
import type { Workspace } from "../workspace.ts";
import { type Json, type Operation, operationsOf, type Reply } from "./document.ts";

export type Sent = { method: string; path: string; headers?: Record<string, string>; body?: Uint8Array | undefined };
/** Sends a request as it is, and reads what comes back; of a stream only how it begins. */
export type Send = (sent: Sent) => Promise<Reply>;

const PATIENCE_MS = 20_000;

/** How requests reach the daemon of a workspace: through its private socket, or at an address. */
export function senderTo(kata: Workspace, at?: { url: string } | { unix: string }): Send {
  const { url = "http://kata.invalid", unix } = { url: undefined, unix: undefined, ...(at ?? { unix: homeOf(kata.env).socket }) };
  return async ({ method, path, headers = {}, body }) => {
    const gone = new AbortController();
    const timer = setTimeout(() => gone.abort(new Error(`no answer: ${method} ${path}`)), PATIENCE_MS);
    try {
      const response = await fetch(`${url}${path}`, {
        method,
        headers,
        redirect: "manual",
        signal: gone.signal,
        ...(body !== undefined && { body: body as Uint8Array<ArrayBuffer> }),
        ...(unix !== undefined && { unix }),
      });
      const text = isStream(response) ? await firstOf(response) : await response.text();
      return { status: response.status, headers: response.headers, text };
    } finally {
      clearTimeout(timer);
      gone.abort();
    }
  };
}

const isStream = (response: Response): boolean => response.headers.get("content-type") === "text/event-stream";

async function firstOf(response: Response): Promise<string> {
  for await (const piece of response.body ?? []) return new TextDecoder().decode(piece);
  return "";
}

/** The operations that a daemon says it has. */
export async function documentedBy(send: Send, headers: Record<string, string> = {}): Promise<Operation[]> {
  const { status, text } = await send({ method: "GET", path: "/openapi.json", headers });
  if (status !== 200) throw new Error(`GET /openapi.json: ${status} ${text}`);
  return operationsOf(JSON.parse(text) as Json);
}

export const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
