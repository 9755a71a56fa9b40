import type { Issue, IssueOut } from "../api/shapes.ts";
import { lineSafe } from "../core/text.ts";
import type { Terminal } from "./terminal.ts";

/** Issues as rows: id, status, title, owner (cli.md §2), priority, labels; on a terminal as a tree, with what else there is to say. */
export function issueRows(issues: readonly IssueOut[], terminal: Terminal): string {
  if (!terminal.isTerminal) return issues.map(plainRow).join("\n");
  const shown = new Set(issues.map(({ short_id }) => short_id));
  const children = Map.groupBy(issues, ({ parent_short_id }) =>
    parent_short_id !== undefined && shown.has(parent_short_id) ? parent_short_id : "",
  );
  const lines: string[] = [];
  const seen = new Set<string>();
  const walk = (level: readonly IssueOut[], depth: number) => {
    for (const issue of level) {
      if (seen.has(issue.short_id)) continue;
      seen.add(issue.short_id);
      lines.push(terminalRow(issue, depth, terminal));
      walk(children.get(issue.short_id) ?? [], depth + 1);
    }
  };
  walk(children.get("") ?? [], 0);
  // Those that are each other's parents stand below nothing.
  walk(issues, 0);
  return lines.join("\n");
}

const pad = (text: string, width: number) => text.padEnd(width);

/** The columns that scripts know, and behind them what an issue may have beside. */
function plainRow({ short_id, status, title, owner, priority, labels }: IssueOut): string {
  const row = `${pad(short_id, 8)}  ${pad(status, 8)}  ${lineSafe(title)}  (${lineSafe(owner ?? "unowned")})`;
  return row + (priority === undefined ? "" : `  P${priority}`) + (labels ? `  [${labels.join(", ")}]` : "");
}

function terminalRow(issue: Issue & Partial<IssueOut>, depth: number, { width, style }: Terminal): string {
  const { short_id, status, title, owner, priority, labels, blocked_by, child_counts } = issue;
  const mark = status === "closed" ? style("✓", "green") : blocked_by ? style("◌", "red") : "○";
  const branch = depth === 0 ? "" : `${"  ".repeat(depth - 1)}└ `;
  const tail = [
    priority === undefined ? "" : `P${priority}`,
    child_counts ? `${child_counts.total - child_counts.open}/${child_counts.total}` : "",
    labels ? `[${labels.join(", ")}]` : "",
    owner === undefined ? "" : `@${lineSafe(owner)}`,
  ].filter((part) => part !== "");
  const room = width - short_id.length - 4 - branch.length - Bun.stringWidth(tail.join("  ")) - (tail.length > 0 ? 2 : 0);
  const text = fit(lineSafe(title), Math.max(20, room));
  return `${style(short_id, "yellow")}  ${mark} ${style(branch, "dim")}${status === "closed" ? style(text, "dim") : text}${tail.length > 0 ? `  ${style(tail.join("  "), "cyan")}` : ""}`;
}

/** Issues that are ready as rows: id, title, owner; all of them are open. */
export function readyRows(issues: readonly Issue[], terminal: Terminal): string {
  const row = ({ short_id, title, owner }: Issue) => `${pad(short_id, 8)}  ${lineSafe(title)}  (${lineSafe(owner ?? "-")})`;
  return issues.map(terminal.isTerminal ? (issue) => terminalRow(issue, 0, terminal) : row).join("\n");
}

type Hit = { issue: Issue; score: number; matched_in: readonly string[] };

/** What a search found as rows: id, score, status, title, and where the words stand. */
export function hitRows(hits: readonly Hit[], terminal: Terminal): string {
  const row = ({ issue: { short_id, status, title }, score, matched_in }: Hit) =>
    `${pad(short_id, 8)}  ${score.toFixed(2)}  ${pad(status, 8)}  ${lineSafe(title)}  (${matched_in.join(",")})`;
  return hits.map(terminal.isTerminal ? ({ issue }) => terminalRow(issue, 0, terminal) : row).join("\n");
}

/** Cut to so many columns, by the width that a terminal gives each character. */
export function fit(text: string, columns: number): string {
  if (Bun.stringWidth(text) <= columns) return text;
  let cut = "";
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (Bun.stringWidth(cut + segment) > columns - 1) break;
    cut += segment;
  }
  return `${cut}…`;
}
