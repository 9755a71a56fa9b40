import type { Digest } from "../../api/digests.ts";
import { LocalError } from "../../core/error.ts";
import { lineSafe } from "../../core/text.ts";
import { isoTime, parseDuration, parseTime } from "../../core/time.ts";
import { command } from "../command.ts";

export const digest = command({
  name: "digest",
  summary: "Sum up what happened, by actor and issue",
  examples: ["kata digest --since 24h", "kata digest --since 7d --all-projects --actor ada"],
  words: [],
  flags: {
    since: { kind: "text", value: "TIME", help: "from then on: 24h, 7d or an RFC 3339 time" },
    until: { kind: "text", value: "TIME", help: "up to then (now)" },
    project_id: { kind: "number", value: "ID", help: "the project with this id" },
    all_projects: { kind: "switch", help: "of all projects" },
    actor: { kind: "list", value: "NAME", help: "by these actors" },
  },
  async run({ since, until, project_id, all_projects, actor }, context) {
    if (since === undefined) throw new LocalError("usage", "a digest needs --since", "For example --since 24h, or --since 7d.");
    const scopes = Object.entries({
      "--project": context.global.project,
      "--project-id": project_id,
      "--all-projects": all_projects || undefined,
    }).filter(([, value]) => value !== undefined);
    if (scopes.length > 1)
      throw new LocalError("usage", `${scopes.map(([flag]) => flag).join(" and ")} can't be used together`, "Name the project in one way.");
    const now = Date.now();
    const query = { since: timeOf("--since", since, now), until: until === undefined ? undefined : timeOf("--until", until, now), actor };
    if (query.until !== undefined && query.until <= query.since)
      throw new LocalError("validation", "--until must be after --since.", "A duration counts back from now: --since 2h --until 1h.");
    const id = all_projects ? undefined : (project_id ?? (await context.project()).id);
    const client = await context.client();
    const data =
      id === undefined
        ? await client.call("digest.show", { query })
        : await client.call("digest.show_project", { params: { project_id: id }, query });
    return { data, text: textOf(data) };
  },
});

/** A time as it is, or a duration back from now. */
function timeOf(flag: string, text: string, now: number): string {
  const ms = parseDuration(text);
  const past = ms === undefined ? undefined : new Date(now - ms);
  const time = past === undefined || Number.isNaN(past.getTime()) ? parseTime(text) : isoTime(past);
  if (time !== undefined) return time;
  throw new LocalError(
    "validation",
    `${flag} must be a duration or an RFC 3339 time, not ${JSON.stringify(text)}.`,
    "For example 24h, 7d or 2026-05-01T12:00:00Z.",
  );
}

function textOf({ since, until, project_id, event_count, totals, actors }: Digest): string {
  const lines = [`digest ${since} → ${until}  (${event_count} events)`, totalsOf(totals)];
  for (const { actor, totals: own, issues } of actors) {
    lines.push("", `${lineSafe(actor)}: ${totalsOf(own)}`);
    const refs = issues.map((issue) =>
      project_id === 0 ? `${lineSafe(issue.project_name)}#${issue.issue_short_id}` : issue.issue_short_id,
    );
    const width = Math.max(0, ...refs.map((ref) => ref.length));
    issues.forEach(({ actions }, i) => lines.push(`  ${(refs[i] ?? "").padEnd(width)}  ${lineSafe(actions.join(", "))}`));
  }
  return lines.join("\n");
}

function totalsOf(totals: Digest["totals"]): string {
  const some = Object.entries(totals).filter(([, count]) => count > 0);
  return some.length === 0 ? "nothing" : some.map(([name, count]) => `${name} ${count}`).join(", ");
}
