import type { EventEnvelope } from "../../api/shapes.ts";
import { followEvents, type Streamed } from "../../client/stream.ts";
import { LocalError } from "../../core/error.ts";
import { lineSafe } from "../../core/text.ts";
import { type Answer, command, type Context } from "../command.ts";

export const events = command({
  name: "events",
  guesses: ["history", "log", "tail", "watch"],
  summary: "Read what happened, or follow what happens",
  examples: ["kata events --after 12", "kata events --tail"],
  words: [],
  flags: {
    after: { kind: "number", value: "ID", help: "events after this one (0)" },
    limit: { kind: "number", help: "at most so many (100)" },
    tail: { kind: "switch", help: "follow what happens, one JSON object a line" },
    last_event_id: { kind: "number", value: "ID", help: "with --tail: go on after this event" },
    project_id: { kind: "number", value: "ID", help: "the project with this id" },
    all_projects: { kind: "switch", help: "of all projects" },
  },
  async run({ after, limit, tail, last_event_id, project_id, all_projects }, context) {
    const [misplaced] = given(tail ? { "--after": after, "--limit": limit } : { "--last-event-id": last_event_id });
    if (misplaced)
      throw new LocalError("usage", `${misplaced} can't be used ${tail ? "with" : "without"} --tail`, tail ? FOLLOWING : PAGING);
    const scopes = given({ "--project": context.global.project, "--project-id": project_id, "--all-projects": all_projects || undefined });
    if (scopes.length > 1) throw new LocalError("usage", `${scopes.join(" and ")} can't be used together`, "Name the project in one way.");
    const id = all_projects ? undefined : (project_id ?? (await context.project()).id);
    return tail ? follow(context, id, cursor("--last-event-id", last_event_id)) : page(context, id, cursor("--after", after), limit ?? 100);
  },
});

const FOLLOWING = "--last-event-id ID is where a tail begins; it ends when you stop it.";
const PAGING = "--after ID is where a page begins.";

/** The names of those flags that were given. */
function given(flags: Record<string, unknown>): string[] {
  return Object.keys(flags).filter((name) => flags[name] !== undefined);
}

function cursor(flag: string, id = 0): number {
  if (id < 0) throw new LocalError("validation", `${flag} must be 0 or more, not ${id}.`, "0 is before the first event.");
  return id;
}

async function page(context: Context, project_id: number | undefined, after_id: number, limit: number): Promise<Answer> {
  if (limit <= 0)
    throw new LocalError("validation", `--limit must be 1 or more, not ${limit}.`, "Read on with --after and the last id that was shown.");
  const client = await context.client();
  const query = { after_id, limit };
  const data =
    project_id === undefined
      ? await client.call("events.poll", { query })
      : await client.call("events.poll_project", { params: { project_id }, query });
  const text = data.reset_required
    ? `Events were purged: drop what you know, and go on with --after ${data.reset_after_id}`
    : data.events.map(row).join("\n");
  return { data, text };
}

function row({ event_id, type, project_id, issue_short_id = "-", actor, created_at }: EventEnvelope): string {
  const columns = [String(event_id).padEnd(6), lineSafe(type).padEnd(22), `proj=${String(project_id).padEnd(3)}`, issue_short_id.padEnd(8)];
  return `${columns.join("  ")}  by ${lineSafe(actor)}  ${created_at}`;
}

function lineForScripts(news: Streamed): string {
  return "id" in news ? news.json : JSON.stringify({ reset_required: true, reset_after_id: news.reset_after_id });
}

function lineForPeople(news: Streamed): string {
  if ("id" in news) return row(JSON.parse(news.json) as EventEnvelope);
  return `Events were purged: drop what you know. What follows is after ${news.reset_after_id}.`;
}

async function follow(context: Context, project_id: number | undefined, from: number): Promise<Answer> {
  const { global, terminal, notice, write } = context;
  const forPeople = terminal.isTerminal && !global.json;
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  const lost = (why: string, pauseMs: number) => notice(`kata: ${why}; again in ${pauseMs / 1_000} s`);
  for await (const news of followEvents(await context.client(), { project_id, from, signal: stop.signal, lost })) {
    if (!write(forPeople ? lineForPeople(news) : lineForScripts(news))) break;
  }
  return { data: null, text: "", notices: global.quiet || !stop.signal.aborted ? [] : ["kata: the stream was ended"] };
}
