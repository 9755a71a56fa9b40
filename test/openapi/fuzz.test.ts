import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { join } from "node:path";
import fc from "fast-check";
import { fuzzOf } from "../fuzz.ts";
import { workspace } from "../workspace.ts";
import { documentedBy, json, type Send, senderTo, type Sent } from "./daemon.ts";
import { judged, judgedStray, operationAt, type Operation } from "./document.ts";
import { requestFor, sentOf } from "./requests.ts";
import { World } from "./world.ts";

const LONG_PATH = 8_000;

/** Refusals that leave an event: the throttles tell that they were met. */
const TELLING = new Set(["issues.close 429 sibling_throttle", "issues.close 429 duplicate_message"]);

const { seconds, params } = fuzzOf("the HTTP interface", 8);

test(
  "whatever is sent, the daemon answers as its document says, has no faults of its own, and what it refuses changes nothing",
  async () => {
    await using kata = await workspace();
    const send = senderTo(kata);
    const operations = await documentedBy(send);
    using db = new Database(join(kata.home, "kata.db"), { readonly: true });
    const lastEvent = () => db.query<{ id: number }, []>("SELECT coalesce(max(id), 0) AS id FROM events").get()?.id ?? 0;
    const world = new World();
    const seen = new Map<string, number>();
    await settle(send, world);

    const property = fc.asyncProperty(fc.array(requestFor(operations), { minLength: 1, maxLength: 40, size: "max" }), async (wanted) => {
      await settle(send, world);
      for (const each of wanted) {
        const sent = sentOf(each, world);
        const before = lastEvent();
        const reply = await send(sent);
        const refusal = told(sent, () => judgedSent(operations, sent, reply));
        seen.set(refusal ?? each.id, (seen.get(refusal ?? each.id) ?? 0) + 1);
        if (reply.status < 300 && reply.text.startsWith("{")) world.learn(JSON.parse(reply.text));
        if (reply.status >= 400 && !TELLING.has(refusal ?? "")) expect([refusal, lastEvent()]).toEqual([refusal, before]);
      }
    });
    await fc.assert(property, params);
    const count = (isWanted: (what: string) => boolean) => [...seen].reduce((sum, [what, times]) => sum + (isWanted(what) ? times : 0), 0);
    const isGood = (what: string) => !what.includes(" ");
    console.log(`${count(() => true)} requests, ${count(isGood)} answered well; ${seen.size} kinds of answers`);
    expect(db.query("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
    expect(db.query("PRAGMA foreign_key_check").all()).toEqual([]);
  },
  (seconds + 60) * 1_000,
);

/** Sees that there are projects and issues to speak of, and learns them. */
async function settle(send: Send, world: World): Promise<void> {
  const ask = async (method: string, path: string, body?: unknown) => {
    const { text } = await send({
      method,
      path: `/api/v1${path}`,
      ...(body !== undefined && { body: json(body), headers: { "content-type": "application/json" } }),
    });
    const reply = JSON.parse(text) as { projects?: { id: number }[]; issues?: unknown[] };
    world.learn(reply);
    return reply;
  };
  const { projects = [] } = await ask("GET", "/projects");
  for (let missing = projects.length; missing < 3; missing += 1) await ask("POST", "/projects", { name: crypto.randomUUID() });
  for (const { id } of projects.slice(-3)) {
    const { issues = [] } = await ask("GET", `/projects/${id}/issues?limit=5`);
    for (let missing = issues.length; missing < 3; missing += 1)
      await ask("POST", `/projects/${id}/issues`, { actor: "ann", title: "There is something to do" });
  }
}

/** What `work` gives; what it finds wrong is told with the request. */
function told<T>(sent: Sent, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const body = sent.body && Buffer.from(sent.body).toString("latin1").slice(0, 2_000);
    throw new Error(`${String(error)}\n${sent.method} ${sent.path} ${JSON.stringify(sent.headers)} ${body ?? ""}`, { cause: error });
  }
}

/** The refusal, as the operation that the request came to lists it. */
function judgedSent(operations: readonly Operation[], { method, path }: Sent, reply: Awaited<ReturnType<Send>>): string | undefined {
  // The runtime takes no longer head than this, and says so by itself.
  if (reply.status === 431 && path.length > LONG_PATH) return undefined;
  const { pathname } = new URL(path, "http://kata.invalid");
  const asked = method === "HEAD" ? "GET" : method;
  const operation = operationAt(operations, asked, pathname);
  if (operation && method !== "HEAD") return judged(operation, reply);
  if (!operation && method !== "HEAD") judgedStray(reply);
  if (reply.status >= 500) throw new Error(`${method} ${path}: ${reply.status}`);
  return undefined;
}
