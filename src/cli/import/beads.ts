import { LocalError } from "../../core/error.ts";
import type { GivenComment, ItemLink } from "../../core/import.ts";
import { isBlank } from "../../core/text.ts";
import { type Batch, count, type Item, Labels, withFooter } from "./batch.ts";
import { Members } from "./members.ts";

/** An issue of `bd export`, by its id. */
export type Bead = { id: string; issue: Members };

/** The issues of a `bd export`, one on each line. Whatever else it has is none of them: deleted issues, and what agents remember. */
export function beadsOf(text: string): { beads: Bead[]; left_out: string[] } {
  const beads: Bead[] = [];
  let deleted = 0;
  let other = 0;
  for (const [i, line] of text.split("\n").entries()) {
    if (isBlank(line)) continue;
    const record = new Members(`Line ${i + 1}`, parsed(line, i + 1));
    if ((record.text("_type") || "issue") !== "issue") other += 1;
    else if (record.text("status") === "tombstone") deleted += 1;
    else beads.push({ id: record.words("id"), issue: record.named(record.words("id")) });
  }
  return {
    beads,
    left_out: [
      ...(deleted > 0 ? [`${count(deleted, "issue")} left out, deleted in Beads`] : []),
      ...(other > 0 ? [`${count(other, "record")} left out, which are no issues`] : []),
    ],
  };
}

function parsed(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new LocalError(
      "validation",
      `Line ${number} of the export is no JSON.`,
      "Nothing was imported. `bd export` writes one object a line.",
    );
  }
}

/** The batch that beads make. `commentsOf` gives the comments of those that do not bring them along. */
export function beadsBatch(beads: readonly Bead[], commentsOf: ReadonlyMap<string, readonly Members[]>): Batch {
  const labels = new Labels();
  const { links, changed, missing } = linksOf(beads);
  const items = beads.map((bead) =>
    itemOf(bead, { labels, links: links.get(bead.id) ?? [], changed: changed.get(bead.id) ?? "", comments: commentsOf.get(bead.id) ?? [] }),
  );
  const dangling =
    missing === 0 ? [] : [`${count(missing, "dependency").replace(/ys$/, "ies")} left out, on issues that are not in the export`];
  return { source: "beads", items, left_out: [...labels.leftOut(), ...dangling] };
}

/**
 * A dependency is a link from the issue that is depended on, whatever its type: it blocks the other. That issue counts as
 * changed when the dependency was made, else its new links would not be taken.
 */
function linksOf(beads: readonly Bead[]) {
  const known = new Set(beads.map(({ id }) => id));
  const links = new Map<string, ItemLink[]>();
  const changed = new Map<string, string>();
  let missing = 0;
  for (const { id, issue } of beads) {
    for (const dependency of issue.list("dependencies", "dependency")) {
      const blocker = dependency.words("depends_on_id");
      if (!known.has(blocker)) missing += 1;
      else if (blocker !== id) {
        links.set(blocker, [...(links.get(blocker) ?? []), { type: "blocks", target_external_id: id }]);
        changed.set(blocker, latest(changed.get(blocker), dependency.time("created_at")));
      }
    }
  }
  return { links, changed, missing };
}

const latest = (...times: (string | undefined)[]): string =>
  times.reduce<string>((last, time) => (time !== undefined && time > last ? time : last), "");

type Around = { labels: Labels; links: ItemLink[]; changed: string; comments: readonly Members[] };

function itemOf({ id, issue }: Bead, { labels, links, changed, comments }: Around): Item {
  const { status, odd } = statusOf(issue);
  const { priority, off } = priorityOf(issue);
  const created_at = issue.when("created_at");
  const updated_at = latest(created_at, issue.time("updated_at"), changed);
  return {
    external_id: id,
    title: issue.words("title"),
    body: bodyOf(id, issue, { odd, off }),
    author: issue.who("created_by", "beads"),
    owner: issue.who("assignee", null),
    priority,
    status,
    ...(status === "closed" && { closed_at: latest(created_at, issue.time("closed_at") ?? updated_at) }),
    created_at,
    updated_at,
    labels: labels.of(["source:beads", `beads-id:${id}`, ...odd.map((each) => `beads-status:${each}`), ...issue.texts("labels")]),
    comments: comments.map((comment) => commentOf(id, comment)),
    links,
  };
}

function commentOf(id: string, comment: Members): GivenComment {
  return {
    external_id: `${id}:comment:${comment.id("id")}`,
    author: comment.who("author", "beads"),
    body: comment.words("text"),
    created_at: comment.when("created_at"),
  };
}

/** kata's status, and Beads' own where that is another. */
function statusOf(issue: Members): { status: "open" | "closed"; odd: string[] } {
  const status = issue.text("status") || "open";
  return status === "open" || status === "closed" ? { status, odd: [] } : { status: "open", odd: [status] };
}

/** The priority, or what is none in kata. */
function priorityOf(issue: Members): { priority: number | null; off: number[] } {
  const priority = issue.number("priority") ?? null;
  const fits = priority === null || (Number.isInteger(priority) && priority >= 0 && priority <= 4);
  return fits ? { priority, off: [] } : { priority: null, off: [priority] };
}

/** The description and what else was written down, and what kata has no place for. */
function bodyOf(id: string, issue: Members, { odd, off }: { odd: string[]; off: number[] }): string {
  const sections = [
    ["Design", issue.text("design")],
    ["Acceptance criteria", issue.text("acceptance_criteria")],
    ["Notes", issue.text("notes")],
  ].flatMap(([title, text = ""]) => (isBlank(text) ? [] : [`## ${title}\n\n${text.trim()}`]));
  const others = issue.list("dependencies", "dependency").filter((each) => (each.text("type") || "blocks") !== "blocks");
  const minutes = issue.number("estimated_minutes");
  return withFooter([issue.text("description").trimEnd(), ...sections].filter(Boolean).join("\n\n"), [
    `Imported from Beads: ${[id, issue.text("issue_type")].filter(Boolean).join(", ")}`,
    ...odd.map((status) => `Status there: ${status}`),
    ...off.map((priority) => `Priority there: ${priority}`),
    issue.has("close_reason") && `Closed because: ${issue.text("close_reason")}`,
    issue.has("external_ref") && `Reference: ${issue.text("external_ref")}`,
    minutes !== undefined && `Estimate: ${count(minutes, "minute")}`,
    others.length > 0 && `Depends on: ${others.map((each) => `${each.text("depends_on_id")} (${each.text("type")})`).join(", ")}`,
  ]);
}
