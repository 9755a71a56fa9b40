import type { AuditRow } from "../../api/audits.ts";
import { LocalError } from "../../core/error.ts";
import { lineSafe } from "../../core/text.ts";
import { parseTime } from "../../core/time.ts";
import { knownReason } from "../close-flags.ts";
import { command } from "../command.ts";
import { table } from "../table.ts";

export const auditCloses = command({
  name: "audit closes",
  summary: "Look over how issues were closed",
  examples: ["kata audit closes --no-evidence", "kata audit closes --since 2026-05-01T00:00:00Z --actor ada"],
  words: [],
  flags: {
    since: { kind: "text", value: "TIME", help: "from this time on (RFC 3339)" },
    until: { kind: "text", value: "TIME", help: "up to this time (RFC 3339)" },
    actor: { kind: "text", value: "NAME", help: "by this actor" },
    parent: { kind: "text", value: "REF", help: "children of this issue" },
    reason: { kind: "text", help: "closed for this reason" },
    no_evidence: { kind: "switch", help: "those without evidence only" },
  },
  async run({ since, until, actor, parent, reason, no_evidence }, context) {
    for (const [flag, time] of Object.entries({ "--since": since, "--until": until })) {
      if (time !== undefined && parseTime(time) === undefined)
        throw new LocalError(
          "validation",
          `${flag} must be an RFC 3339 time, not ${JSON.stringify(time)}.`,
          "For example 2026-05-01T12:00:00Z.",
        );
    }
    if (reason !== undefined) knownReason(reason);
    const { id: project_id } = await context.project();
    const query = { project_id, since, until, actor, parent, reason, ...(no_evidence && { no_evidence: "true" as const }) };
    const data = await (await context.client()).call("audit.closes", { query });
    return { data, text: data.rows.length === 0 ? "" : table([HEAD, ...data.rows.map(cells)]) };
  },
});

const HEAD = ["TIME", "ACTOR", "ISSUE", "PARENT", "REASON", "EVIDENCE", "FLAGS"];

function cells({ time, actor, issue, parent = "-", reason, evidence_types = [], flags = [] }: AuditRow): string[] {
  const mark = flags.includes("throttled") ? "!! " : "";
  return [
    time,
    lineSafe(actor),
    issue,
    parent,
    lineSafe(reason),
    lineSafe(evidence_types.join(",")) || "-",
    mark + (flags.join(",") || "-"),
  ];
}
