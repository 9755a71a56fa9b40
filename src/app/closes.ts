import type { Issue, Mutation } from "../api/shapes.ts";
import { checkMessage, type CloseReason, THROTTLE_WINDOW_MS, type Throttled, throttled } from "../core/close.ts";
import { KataError } from "../core/error.ts";
import { checkEvidence, type Evidence, referredIssue, storedEvidence } from "../core/evidence.ts";
import { lineSafe } from "../core/text.ts";
import { isoTime } from "../core/time.ts";
import { siblingCloses } from "../store/closes.ts";
import { findIssueAt, issuesByIds, updateIssue } from "../store/issues.ts";
import { childIdsOf, findParentLink, type Link } from "../store/links.ts";
import type { App } from "./app.ts";
import { changeIssue, type IssueChange, type Target } from "./change-issue.ts";
import { dueAfter, endOf, materialize } from "./materialize.ts";

export type Close = Target & {
  reason: CloseReason | undefined;
  message: string;
  evidence: readonly Evidence[];
  /** Closed by a person in the terminal interface: done needs no proof there. */
  tui: boolean;
  dry_run: boolean;
};

type Checked = Close & { reason: CloseReason };

/** Closes an issue, every check in the order of http-api.md §9. A throttled one leaves an event, and is refused after the commit. */
export async function closeIssue(app: App, input: Close): Promise<Mutation> {
  const work = async (change: IssueChange): Promise<{ refusal?: KataError }> => {
    if (change.issue.status === "closed") return {};
    const close: Checked = { ...input, reason: reasonOf(input) };
    await checkProof(change, close);
    await checkChildren(change);
    const parent = await findParentLink(change.tx, change.issue.id);
    const refusal = app.settings.close_throttle && parent ? await throttle(change, close, parent) : undefined;
    if (refusal) return { refusal };
    if (!close.dry_run) await makeClosed(app, change, close, parent);
    return {};
  };
  const { refusal, ...reply } = await changeIssue(app, input, work);
  if (refusal) throw refusal;
  return reply;
}

function reasonOf({ reason, tui }: Close): CloseReason {
  if (reason !== undefined) return reason;
  if (tui) return "done";
  throw new KataError("validation", "reason: is required", { hint: "done, wontfix, duplicate, superseded or audit-no-change." });
}

async function checkProof({ tx, project, issue }: IssueChange, { reason, message, evidence, tui }: Checked): Promise<void> {
  if (tui && reason === "done") return;
  checkMessage(reason, message);
  checkEvidence(reason, evidence);
  for (const item of evidence) {
    const issue_ref = referredIssue(item);
    if (issue_ref === undefined) continue;
    const target = await findIssueAt(tx, project, issue_ref);
    const named = JSON.stringify(issue_ref);
    if (!target || target.deleted_at !== undefined)
      throw new KataError("validation", `There is no issue ${named} in project ${project.name} to refer to.`, {
        hint: "`kata search WORDS` finds the issue that was meant.",
      });
    if (target.id === issue.id)
      throw new KataError("validation", `${named} is the issue itself: a close as ${reason} names another one.`, {
        hint: "`kata search WORDS` finds the issue that was meant.",
      });
  }
}

const LISTED = 10;

async function checkChildren({ tx, issue }: IssueChange): Promise<void> {
  const children = await issuesByIds(tx, await childIdsOf(tx, issue.id));
  const open = children.filter(({ status }) => status === "open");
  if (open.length === 0) return;
  const lines = open.slice(0, LISTED).map((child: Issue) => `${child.short_id}  ${lineSafe(child.title)}`);
  if (open.length > LISTED) lines.push(`... (${open.length - LISTED} more open children)`);
  throw new KataError("parent_has_open_children", `${issue.short_id} has open children:\n${lines.join("\n")}`, {
    hint: "Close them first, or give them another parent.",
  });
}

async function throttle(
  { tx, now, issue, actor, tell }: IssueChange,
  { reason, message, dry_run }: Checked,
  parent: Link,
): Promise<KataError | undefined> {
  const time = Date.parse(now);
  const since = isoTime(new Date(time - THROTTLE_WINDOW_MS));
  const siblings = await siblingCloses(tx, { parent_id: parent.to_id, except_id: issue.id, actor, since });
  const found = throttled({ reason, message, now: time }, siblings);
  if (!found) return undefined;
  const { reason: why, ...more } = found;
  if (!dry_run) await tell({ type: "close.throttled", payload: { reason: why, parent: parent.to_short_id, ...more } });
  return refusalOf(found, parent, actor);
}

function refusalOf(found: Throttled, parent: Link, actor: string): KataError {
  if (found.reason === "sibling-burst")
    return new KataError(
      "sibling_throttle",
      `${actor} closed ${found.cohort.length} other children of ${parent.to_short_id} within 5 minutes: ${found.cohort.join(", ")}.`,
      { hint: "Check that each is done by itself, and close this one some minutes later." },
    );
  return new KataError("duplicate_message", `${actor} closed ${found.prior}, also a child of ${parent.to_short_id}, with this message.`, {
    hint: "Say what was done for this issue.",
  });
}

async function makeClosed(app: App, change: IssueChange, close: Checked, parent: Link | undefined): Promise<void> {
  const { tx, now, issue, project, actor, tell } = change;
  const { reason, message, evidence } = close;
  const due = reason === "done" ? await dueAfter(tx, issue) : undefined;
  await updateIssue(tx, issue.id, { status: "closed", closed_reason: reason, closed_at: now }, now);
  await tell({
    type: "issue.closed",
    payload: {
      reason,
      ...(message !== "" && { message }),
      ...(evidence.length > 0 && { evidence: evidence.map(storedEvidence) }),
      parent_uid: parent?.to_uid ?? "",
      parent_short_id: parent?.to_short_id ?? "",
    },
    changes: {
      status: { from: issue.status, to: "closed" },
      closed_reason: { from: null, to: reason },
      closed_at: { from: null, to: now },
      ...(due && endOf(due)),
    },
  });
  if (due) await materialize(app, change, due, { project, actor });
}

/** Opens a closed issue again; an open one stays as it is. */
export async function reopenIssue(app: App, input: Target): Promise<Mutation> {
  return changeIssue(app, input, async ({ tx, now, issue, tell }) => {
    if (issue.status === "open") return;
    await updateIssue(tx, issue.id, { status: "open", closed_reason: null, closed_at: null }, now);
    await tell({
      type: "issue.reopened",
      payload: {},
      changes: {
        status: { from: "closed", to: "open" },
        closed_reason: { from: issue.closed_reason ?? null, to: null },
        closed_at: { from: issue.closed_at ?? null, to: null },
      },
    });
  });
}
