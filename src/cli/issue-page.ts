import type { IssueOut, LinkOut } from "../api/shapes.ts";
import type { Reply } from "../api/route.ts";
import type { Routes } from "../api/routes.ts";
import { blockSafe, lineSafe } from "../core/text.ts";
import { ago } from "../core/time.ts";
import { issueRows } from "./issue-rows.ts";
import type { Terminal } from "./terminal.ts";

type Shown = Reply<Routes["issues.show"]>;

/** An issue as scripts read it: the form that the original printed (cli.md §2, `show`). */
export function plainPage({ issue, comments, labels, links }: Shown): string {
  const sections = [`${issue.short_id}  ${lineSafe(issue.title)}  [${issue.status}]  by ${lineSafe(issue.author)}`];
  if (issue.body !== "") sections.push(blockSafe(issue.body));
  if (comments.length > 0)
    sections.push(["--- comments ---", ...comments.map(({ author, body }) => `${lineSafe(author)}: ${blockSafe(body)}`)].join("\n"));
  if (labels.length > 0) sections.push(`--- labels ---\n${labels.map(({ label }) => label).join(", ")}`);
  if (links.length > 0) sections.push(["--- links ---", ...links.map((link) => linkLine(link, issue.uid))].join("\n"));
  return sections.join("\n\n");
}

function linkLine({ type, from, to }: LinkOut, viewer: string): string {
  const outgoing = from.uid === viewer;
  return `${roleOf(type, outgoing)}: ${outgoing ? to.short_id : from.short_id}`;
}

function roleOf(type: LinkOut["type"], outgoing: boolean): string {
  if (type === "parent") return outgoing ? "parent" : "child";
  return type === "blocks" && !outgoing ? "blocked-by" : type;
}

/** An issue as people read it on a terminal. */
export function terminalPage(shown: Shown, terminal: Terminal, now: number): string {
  const { issue, comments, children = [] } = shown;
  const { style } = terminal;
  const parts = [`${style(issue.short_id, "yellow")}  ${style(lineSafe(issue.title), "bold")}\n${factLine(shown, terminal, now)}`];
  const relations = relationLines(shown, terminal);
  if (relations !== "") parts.push(relations);
  if (issue.body !== "") parts.push(blockSafe(issue.body));
  if (children.length > 0) parts.push(`${style("Children", "bold")}\n${issueRows(asRoots(children), terminal)}`);
  for (const { author, body, created_at } of comments) {
    parts.push(`${style(`${lineSafe(author)}, ${ago(created_at, now)}`, "cyan")}\n${blockSafe(body)}`);
  }
  return parts.join("\n\n");
}

function factLine({ issue, labels }: Shown, { style }: Terminal, now: number): string {
  const { status, closed_reason, priority, owner, author, created_at, updated_at } = issue;
  const facts = [style(closed_reason === undefined ? status : `closed: ${closed_reason}`, status === "open" ? "green" : "magenta")];
  if (issue.deleted_at !== undefined) facts.push(style("deleted", "red"));
  if (priority !== undefined) facts.push(`P${priority}`);
  facts.push(owner === undefined ? "unowned" : `@${lineSafe(owner)}`);
  if (labels.length > 0) facts.push(`[${labels.map(({ label }) => label).join(", ")}]`);
  facts.push(style(`by ${lineSafe(author)} ${ago(created_at, now)}, changed ${ago(updated_at, now)}`, "dim"));
  return facts.join("  ");
}

function relationLines({ issue, links, parent }: Shown, { style }: Terminal): string {
  const byRole = Map.groupBy(links, ({ type, from }) => roleOf(type, from.uid === issue.uid));
  const lines = parent ? [`parent      ${style(parent.short_id, "yellow")} ${lineSafe(parent.title)} [${parent.status}]`] : [];
  for (const role of ["blocks", "blocked-by", "related"]) {
    const peers = byRole.get(role)?.map(({ from, to }) => (from.uid === issue.uid ? to : from).short_id);
    if (peers) lines.push(`${role.padEnd(10)}  ${peers.map((peer) => style(peer, "yellow")).join(", ")}`);
  }
  return lines.join("\n");
}

/** Children are shown flat: their parent is the page that they stand on. */
function asRoots(children: readonly IssueOut[]): IssueOut[] {
  return children.map(({ parent_short_id: _, ...child }) => child);
}
