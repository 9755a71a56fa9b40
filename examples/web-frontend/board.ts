import { createParser } from "eventsource-parser";
import { type Kata, Refused } from "./kata.ts";
import { log } from "./log.ts";

export type Issue = {
  short_id: string;
  title: string;
  body: string;
  status: "open" | "closed";
  closed_reason?: string;
  author: string;
  owner?: string;
  priority?: number;
  labels?: string[];
  created_at: string;
};

export type Comment = { author: string; body: string; created_at: string };

export type Draft = { title: string; body: string; key: string; force_new: boolean };
export type Closing = { reason: string; message: string; evidence_type: keyof typeof evidenceMembers; evidence: string };

type Page = { events: unknown[]; next_after_id: number };

const MOST_ISSUES = 200;

/** What each type of evidence names (`kata help close`). */
export const evidenceMembers = { commit: "sha", pr: "url", test: "command", "reviewed-paths": "paths" } as const;

/** One project's issues. Nothing here says who acts: the daemon knows that from the token. */
export class Board {
  readonly project: string;
  readonly #kata: Kata;
  #path: string | undefined;
  /** An event that was there at some time: the search for the latest begins with it. */
  #known = 0;

  constructor(kata: Kata, project: string) {
    [this.#kata, this.project] = [kata, project];
  }

  async openIssues(token: string): Promise<Issue[]> {
    const path = await this.#projectPath(token);
    return (await this.#kata.call<{ issues: Issue[] }>(token, "GET", `${path}/issues?status=open&limit=${MOST_ISSUES}`)).issues;
  }

  async show(token: string, ref: string): Promise<{ issue: Issue; comments: Comment[] }> {
    type Shown = { issue: Issue; comments: Comment[]; labels: { label: string }[] };
    const { issue, comments, labels } = await this.#kata.call<Shown>(token, "GET", await this.#issuePath(token, ref));
    return { issue: { ...issue, labels: labels.map(({ label }) => label) }, comments };
  }

  /** The key makes it safe to send the same draft again: the issue is created once. */
  async create(token: string, { key, ...body }: Draft): Promise<Issue> {
    const path = `${await this.#projectPath(token)}/issues`;
    return (await this.#kata.call<{ issue: Issue }>(token, "POST", path, { body, headers: { "idempotency-key": key } })).issue;
  }

  async close(token: string, ref: string, { reason, message, evidence_type, evidence }: Closing): Promise<void> {
    const member = evidenceMembers[evidence_type];
    const proof = member === "paths" ? evidence.split(/[\s,]+/).filter(Boolean) : evidence.trim();
    const items = proof.length === 0 ? [] : [{ type: evidence_type, [member]: proof }];
    const path = `${await this.#issuePath(token, ref)}/actions/close`;
    await this.#kata.call(token, "POST", path, { body: { reason, message, evidence: items } });
  }

  /**
   * The id of the project's latest event, to follow from there. The log says what comes after an id, so its end is found by
   * steps that double until nothing comes, and are halved from there; after the first time that is one request or two.
   */
  async latestEvent(token: string): Promise<number> {
    const path = await this.#projectPath(token);
    const after = async (id: number): Promise<number | undefined> => {
      const { events, next_after_id } = await this.#kata.call<Page>(token, "GET", `${path}/events?limit=1&after_id=${id}`);
      return events.length > 0 || next_after_id > id ? next_after_id : undefined;
    };
    let [low, high] = [this.#known, Number.POSITIVE_INFINITY];
    for (let step = 0; low < high;) {
      const middle = high === Number.POSITIVE_INFINITY ? low + step : low + Math.floor((high - low) / 2);
      const found = await after(middle);
      if (found === undefined) high = middle;
      else low = found;
      step = step * 2 || 1;
    }
    this.#known = Math.max(this.#known, low);
    return low;
  }

  /** The project's events after a cursor, each as the little that the page wants of it; it ends when the daemon or the signal does. */
  async follow(token: string, after: string, signal: AbortSignal): Promise<AsyncGenerator<string>> {
    const project_id = (await this.#projectPath(token)).split("/").at(-1);
    const path = `/events/stream?project_id=${project_id}&after_id=${after}`;
    const { body } = await this.#kata.open(token, "GET", path, { headers: { accept: "text/event-stream" }, signal });
    return changes(body ?? new ReadableStream(), signal);
  }

  async #issuePath(token: string, ref: string): Promise<string> {
    return `${await this.#projectPath(token)}/issues/${encodeURIComponent(ref)}`;
  }

  async #projectPath(token: string): Promise<string> {
    if (this.#path !== undefined) return this.#path;
    const { projects } = await this.#kata.call<{ projects: { id: number; name: string }[] }>(token, "GET", "/projects");
    const found = projects.find(({ name }) => name === this.project);
    const message = `There is no project ${this.project}.`;
    if (!found)
      throw new Refused(404, { code: "project_not_found", message, hint: "Set WEB_PROJECT to one that `kata projects list` shows." });
    this.#path = `/projects/${found.id}`;
    return this.#path;
  }
}

/** The daemon's stream, written anew for the browser: all events under one name, and its heartbeats. */
async function* changes(stream: ReadableStream<Uint8Array>, signal: AbortSignal): AsyncGenerator<string> {
  let out = "";
  const parser = createParser({
    onEvent: ({ id, data }) => {
      const { type, actor, issue_short_id } = JSON.parse(data) as { type?: string; actor?: string; issue_short_id?: string };
      out += `id: ${id}\nevent: change\ndata: ${JSON.stringify({ type, actor, issue_short_id })}\n\n`;
    },
    onComment: () => (out += ":\n\n"),
  });
  const decoder = new TextDecoder();
  try {
    for await (const piece of stream) {
      parser.feed(decoder.decode(piece, { stream: true }));
      if (out !== "") yield out;
      out = "";
    }
  } catch (error) {
    // A stream that breaks off ends for the browser as well, which then asks for another.
    if (!signal.aborted) log(`a stream broke off: ${error instanceof Error ? error.message : String(error)}`);
  }
}
