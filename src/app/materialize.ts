import type { Issue, Project, Recurrence } from "../api/shapes.ts";
import { type Changes, changesBetween } from "../core/event.ts";
import { changesOfNew } from "../core/replay.ts";
import { readRule } from "../core/rrule.ts";
import type { Db } from "../store/db.ts";
import { insertIssue } from "../store/issues.ts";
import { insertLabel } from "../store/labels.ts";
import { findOccurrence, findRecurrenceById, updateRecurrence } from "../store/recurrences.ts";
import { indexIssue } from "../store/search.ts";
import { indexTitle } from "../store/title-tokens.ts";
import type { App, Change } from "./app.ts";

/** The date that follows on an issue of a recurrence, and the one after; null where the recurrence has come to its end. */
export type Due = { recurrence: Recurrence; key: string | null; next: string | null };

/** What is due once an issue is closed as done: the next date counts from the issue's own (data-model.md §10). */
export async function dueAfter(tx: Db, issue: Issue): Promise<Due | undefined> {
  if (issue.recurrence_id === undefined || issue.occurrence_key === undefined) return undefined;
  const recurrence = await findRecurrenceById(tx, issue.recurrence_id);
  if (!recurrence) return undefined;
  const { nextDate } = await import("./rrule.ts");
  const rule = readRule(recurrence.rrule, recurrence.timezone);
  const dateAfter = (date: string) => nextDate(rule, recurrence.dtstart, date) ?? null;
  const key = dateAfter(issue.occurrence_key);
  return { recurrence, key, next: key === null ? null : dateAfter(key) };
}

/** What closing an issue itself makes of its recurrence: where no date follows, there is none to wait for. */
export function endOf({ recurrence: { uid, next_occurrence_key }, key }: Due): Changes {
  if (key !== null || next_occurrence_key === undefined) return {};
  return { recurrence: { from: { uid, next_occurrence_key }, to: { uid, next_occurrence_key: null } } };
}

/** Makes the issue that is due, inside the change that closed the one before it. */
export async function materialize(
  app: App,
  work: Change,
  due: Due,
  { project, actor }: { project: Project; actor: string },
): Promise<void> {
  const { tx, now, emit } = work;
  const { recurrence, key, next } = due;
  if (key === null) {
    if (recurrence.next_occurrence_key !== undefined)
      await updateRecurrence(tx, recurrence.id, { next_occurrence_key: null, updated_at: now });
    return;
  }
  const cursor = { next_occurrence_key: next };
  const before = { next_occurrence_key: recurrence.next_occurrence_key, last_materialized_uid: recurrence.last_materialized_uid };
  const present = await findOccurrence(tx, recurrence.id, key);
  const common = { recurrence_uid: recurrence.uid, occurrence_key: key };
  if (present !== undefined) {
    await updateRecurrence(tx, recurrence.id, { ...cursor, updated_at: now });
    const payload = { ...common, existing_issue_uid: present, reason: "already_exists" as const };
    const changes = changesBetween<Cursor>(before, cursor);
    await emit({ type: "recurrence.materialization_skipped", project, actor, payload, changes });
    return;
  }
  const { made, state } = await insertOccurrence(app, work, { recurrence, project, actor, key });
  const after = { ...cursor, last_materialized_uid: made.uid };
  await updateRecurrence(tx, recurrence.id, { ...after, updated_at: now });
  const { template_title: title, template_body: body, template_labels: labels } = recurrence;
  const changes = changesOfNew({ ...state, labels, recurrence_uid: recurrence.uid, occurrence_key: key });
  await emit({ type: "issue.created", project, issue: made, actor, payload: { title, body, ...common, labels }, changes });
  await emit({
    type: "recurrence.materialized",
    project,
    issue: made,
    actor,
    payload: { ...common, issue_uid: made.uid },
    changes: changesBetween<Cursor>(before, after),
  });
}

type Cursor = { next_occurrence_key?: string | null | undefined; last_materialized_uid?: string | undefined };
type Occurrence = { recurrence: Recurrence; project: Project; actor: string; key: string };

async function insertOccurrence(app: App, { tx, now }: Change, { recurrence, project, actor, key }: Occurrence) {
  const { template_title: title, template_body: body, template_labels, template_metadata } = recurrence;
  const { template_owner: owner, template_priority: priority } = recurrence;
  const metadata = { ...template_metadata, scheduled_on: key };
  const uid = app.ulid();
  const { id, short_id } = await insertIssue(tx, {
    uid,
    project_id: project.id,
    title,
    body,
    author: actor,
    owner,
    priority,
    metadata: JSON.stringify(metadata),
    recurrence_id: recurrence.id,
    occurrence_key: key,
    created_at: now,
    updated_at: now,
  });
  for (const label of template_labels) await insertLabel(tx, { issue_id: id, label, author: actor, created_at: now });
  await indexIssue(tx, { issue_id: id, project_id: project.id, title, body, comments: "" });
  await indexTitle(tx, { id, project_id: project.id, title, body });
  return { made: { id, uid, short_id }, state: { title, body, owner, priority, metadata, author: actor, created_at: now } };
}
