import type { Issue, Project, Recurrence } from "../api/shapes.ts";
import { changesBetween } from "../core/event.ts";
import { readRule } from "../core/rrule.ts";
import { insertIssue } from "../store/issues.ts";
import { insertLabel } from "../store/labels.ts";
import { findOccurrence, findRecurrenceById, updateRecurrence } from "../store/recurrences.ts";
import { indexIssue } from "../store/search.ts";
import { indexTitle } from "../store/title-tokens.ts";
import type { App, Change } from "./app.ts";

type Closed = { issue: Issue; project: Project; actor: string };

/**
 * Makes the next issue of a recurrence, inside the change that closed one of its issues as done (data-model.md §10). The
 * next date counts from the closed issue's own.
 */
export async function materializeNext(app: App, work: Change, { issue, project, actor }: Closed): Promise<void> {
  if (issue.recurrence_id === undefined || issue.occurrence_key === undefined) return;
  const { tx, now, emit } = work;
  const recurrence = await findRecurrenceById(tx, issue.recurrence_id);
  if (!recurrence) return;
  const { nextDate } = await import("./rrule.ts");
  const rule = readRule(recurrence.rrule, recurrence.timezone);
  const dateAfter = (date: string) => nextDate(rule, recurrence.dtstart, date) ?? null;
  const key = dateAfter(issue.occurrence_key);
  if (key === null) {
    if (recurrence.next_occurrence_key !== undefined)
      await updateRecurrence(tx, recurrence.id, { next_occurrence_key: null, updated_at: now });
    return;
  }
  const cursor = { next_occurrence_key: dateAfter(key) };
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
  const changes = changesBetween<Record<string, unknown>>({ body: "" }, state);
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
  return { made: { id, uid, short_id }, state: { title, body, owner, priority, metadata } };
}
