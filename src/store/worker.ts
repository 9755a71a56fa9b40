import type { Sql, SqlValue } from "./sql.ts";
import type { Storage } from "./storage.ts";

export type Question = { id: number; text: string; args: readonly SqlValue[] };
export type Answered = { id: number; rows?: unknown[]; error?: { message: string; code: string } };

/** How long the thread stays without work: it costs memory that an idle daemon should not hold. */
const IDLE_MS = 30_000;

/** A thread with a read-only handle, for statements that would hold up everybody else. It starts with the first one. */
export function startWorker(path: string, storage: Storage): { ask<Row>(query: Sql): Promise<Row[]>; stop(): void } {
  let worker: Worker | undefined;
  let idle: Timer | undefined;
  let last = 0;
  const waiting = new Map<number, { resolve(rows: unknown[]): void; reject(error: unknown): void }>();

  function stop(): void {
    clearTimeout(idle);
    worker?.terminate();
    worker = undefined;
  }

  function fail(message: string): void {
    for (const { reject } of waiting.values()) reject(new Error(message));
    waiting.clear();
    stop();
  }

  function answer({ data }: MessageEvent<Answered>): void {
    const asked = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.rows) asked?.resolve(data.rows);
    else asked?.reject(storage.refusal(Object.assign(new Error(data.error?.message), { code: data.error?.code })));
    if (waiting.size > 0) return;
    clearTimeout(idle);
    idle = setTimeout(stop, IDLE_MS);
    idle.unref();
  }

  function start(): Worker {
    // In the compiled binary a thread starts the program's own entry again; elsewhere that entry is not kata.
    const compiled = import.meta.path.startsWith("/$bunfs");
    const started = new Worker(compiled ? Bun.main : new URL("./worker-thread.ts", import.meta.url).href, {
      env: { KATA_WORKER_DB: path },
    });
    started.addEventListener("message", answer);
    started.addEventListener("error", ({ message }) => fail(message));
    started.unref();
    return started;
  }

  return {
    ask: <Row>(query: Sql) =>
      new Promise<Row[]>((resolve, reject) => {
        clearTimeout(idle);
        worker ??= start();
        const question: Question = { id: ++last, text: query.text(() => "?"), args: query.args };
        waiting.set(question.id, { resolve: resolve as (rows: unknown[]) => void, reject });
        worker.postMessage(question);
      }),
    stop,
  };
}
