import { json, type Send } from "./daemon.ts";
import { judged, type Operation } from "./document.ts";

type Value = string | number;
export type Given = {
  params?: Record<string, Value>;
  query?: Record<string, Value>;
  headers?: Record<string, string>;
  body?: unknown;
  /** The body as it goes out, where it is no JSON. */
  bytes?: Uint8Array;
};

/** Asks for documented operations by their names, judges every reply, and keeps which refusals it has seen. */
export class Asker {
  /** Refusals as the document lists them, and the names of operations that were answered well. */
  readonly seen = new Set<string>();
  readonly operations: ReadonlyMap<string, Operation>;
  readonly #send: Send;
  readonly #common: Record<string, string>;

  constructor(operations: readonly Operation[], send: Send, common: Record<string, string> = {}) {
    this.operations = new Map(operations.map((each) => [each.id, each]));
    this.#send = send;
    this.#common = common;
  }

  /** The reply's body, whether it is a good one or a refusal. */
  async ask<T = unknown>(id: string, { params = {}, query = {}, headers = {}, body, bytes }: Given = {}): Promise<T> {
    const operation = this.operations.get(id);
    if (!operation) throw new Error(`there is no operation ${id}`);
    const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name] ?? 1)));
    const search = new URLSearchParams(Object.entries(query).map(([name, value]): [string, string] => [name, String(value)])).toString();
    const sent = bytes ?? (body === undefined ? undefined : json(body));
    const reply = await this.#send({
      method: operation.method,
      path: search === "" ? path : `${path}?${search}`,
      headers: { ...(sent && { "content-type": "application/json" }), ...this.#common, ...headers },
      body: sent,
    });
    this.seen.add(judged(operation, reply) ?? id);
    return (reply.headers.get("content-type")?.startsWith("application/json") ? JSON.parse(reply.text) : reply.text) as T;
  }
}
