import { Database } from "bun:sqlite";
import { codeOf } from "./storage.ts";
import type { Answered, Question } from "./worker.ts";

declare const self: Worker;

/** The thread's half of `worker.ts`: one read-only handle, one statement at a time. */
function serveReads(path: string): void {
  const db = new Database(path, { readonly: true, strict: true });
  db.run("PRAGMA busy_timeout = 5000");
  self.onmessage = ({ data }: MessageEvent<Question>) => {
    let answer: Answered;
    try {
      answer = { id: data.id, rows: db.prepare(data.text).all(...data.args) };
    } catch (error) {
      answer = { id: data.id, error: { message: String(error), code: codeOf(error) } };
    }
    self.postMessage(answer);
  };
}

serveReads(process.env["KATA_WORKER_DB"] ?? "");
