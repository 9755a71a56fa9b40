import type { Recurrence } from "../api/shapes.ts";
import { KataError } from "../core/error.ts";
import { changesBetween } from "../core/event.ts";
import { checkRevision, type Metadata } from "../core/metadata.ts";
import { checkPriority } from "../core/priority.ts";
import { checkDate, checkTemplateTitle, checkTimezone, templateLabels } from "../core/recurrence.ts";
import { readRule } from "../core/rrule.ts";
import { isUlid } from "../core/ulid.ts";
import type { Db } from "../store/db.ts";
import { projectAt } from "../store/projects.ts";
import { findRecurrence, insertRecurrence, type NewRecurrence, recurrencesOf, updateRecurrence } from "../store/recurrences.ts";
import { type App, change } from "./app.ts";

type Maybe<T> = T | null | undefined;
type Template = {
  body?: Maybe<string>;
  owner?: Maybe<string>;
  priority?: Maybe<number>;
  labels?: Maybe<readonly string[]>;
  metadata?: Maybe<Metadata>;
};
type Schedule = { rrule: string; dtstart: string; timezone: string };
export type NewRecurrenceInput = Schedule & { project_id: number; actor: string; template: Template & { title: string } };
export type RecurrenceInput = { [K in keyof Schedule]?: Maybe<string> } & {
  project_id: number;
  uid: string;
  actor: string;
  revision: number;
  template?: Maybe<Template & { title?: Maybe<string> }>;
};

/** The first date of a schedule, checked; null for a rule that has none. The rule's parser is loaded when it is first needed. */
async function firstDate({ rrule, dtstart, timezone }: Schedule): Promise<string | null> {
  checkDate("dtstart", dtstart);
  checkTimezone(timezone);
  const { nextDate } = await import("./rrule.ts");
  return nextDate(readRule(rrule, timezone), dtstart) ?? null;
}

/** Stores a recurrence, which makes no issue by itself (http-api.md §12). */
export async function createRecurrence(app: App, input: NewRecurrenceInput): Promise<Recurrence> {
  const { project_id, actor, rrule, dtstart, timezone, template } = input;
  await projectAt(app.db, project_id);
  const next_occurrence_key = await firstDate(input);
  const { result } = await change(app, async ({ tx, now, emit }) => {
    const project = await projectAt(tx, project_id);
    const row: NewRecurrence = {
      uid: app.ulid(),
      project_id,
      rrule,
      dtstart,
      timezone,
      template_title: checkTemplateTitle(template.title),
      template_body: template.body ?? "",
      template_owner: template.owner || null,
      template_priority: templatePriority(template.priority),
      template_labels: JSON.stringify(templateLabels(template.labels ?? [])),
      template_metadata: JSON.stringify(template.metadata ?? {}),
      next_occurrence_key,
      author: actor,
      created_at: now,
      updated_at: now,
    };
    const made = await insertRecurrence(tx, row);
    const { uid: recurrence_uid, template_title, template_body } = made;
    await emit({
      type: "recurrence.created",
      project,
      actor,
      payload: { recurrence_uid, rrule, dtstart, timezone, template_title, template_body },
      changes: changesBetween<Partial<Recurrence>>({}, toldOf(made)),
    });
    return made;
  });
  return result;
}

/** What a recurrence is, without what a database counts. */
function toldOf({ id: _, project_id: __, uid: ___, revision: ____, updated_at: _____, ...told }: Recurrence): Partial<Recurrence> {
  return told;
}

/** A project's recurrences, the newest first. */
export async function listRecurrences(app: App, projectId: number): Promise<Recurrence[]> {
  return app.db.read(async (db) => {
    await projectAt(db, projectId);
    return recurrencesOf(db, projectId);
  });
}

/** One recurrence, or `not_found`. */
export async function showRecurrence(app: App, input: { project_id: number; uid: string }): Promise<Recurrence> {
  return app.db.read(async (db) => {
    await projectAt(db, input.project_id);
    return recurrenceAt(db, input.project_id, input.uid);
  });
}

async function recurrenceAt(db: Db, projectId: number, uid: string): Promise<Recurrence> {
  const upper = uid.toUpperCase();
  const found = isUlid(upper) ? await findRecurrence(db, projectId, upper) : undefined;
  if (found) return found;
  throw new KataError("not_found", `There is no recurrence ${JSON.stringify(uid)} in this project.`);
}

const templatePriority = (priority: Maybe<number>) =>
  priority === null || priority === undefined ? null : checkPriority("template.priority", priority);

type Columns = ReturnType<typeof columnsOf>;

/** What an edit may change, by column. */
function columnsOf(recurrence: Recurrence) {
  const { rrule, dtstart, timezone, template_title, template_body, template_labels, template_metadata } = recurrence;
  const { template_owner = null, template_priority = null, next_occurrence_key = null } = recurrence;
  return {
    rrule,
    dtstart,
    timezone,
    template_title,
    template_body,
    template_owner,
    template_priority,
    template_labels,
    template_metadata,
    next_occurrence_key,
  };
}

/** Changes what is named of a recurrence, and its next date where the schedule changed; nothing changes, nothing is written. */
export async function editRecurrence(app: App, input: RecurrenceInput): Promise<{ recurrence: Recurrence; changed: boolean }> {
  const { result } = await change(app, async ({ tx, now, emit }) => {
    const project = await projectAt(tx, input.project_id);
    const before = await recurrenceAt(tx, project.id, input.uid);
    checkRevision("recurrence", before.revision, input.revision);
    const changes = changesBetween<Columns>(columnsOf(before), await edited(columnsOf(before), input));
    if (Object.keys(changes).length === 0) return { recurrence: before, changed: false };
    const set = Object.entries(changes).map(([name, { to }]) => [name, typeof to === "object" && to !== null ? JSON.stringify(to) : to]);
    const recurrence = await updateRecurrence(tx, before.id, { ...Object.fromEntries(set), updated_at: now });
    const payload = { recurrence_uid: before.uid, diff: changes, revision_new: recurrence.revision };
    await emit({ type: "recurrence.updated", project, actor: input.actor, payload, changes });
    return { recurrence, changed: true };
  });
  return result;
}

async function edited(before: Columns, { rrule, dtstart, timezone, template }: RecurrenceInput): Promise<Columns> {
  const was = { rrule: before.rrule, dtstart: before.dtstart, timezone: before.timezone };
  const schedule = { rrule: rrule ?? was.rrule, dtstart: dtstart ?? was.dtstart, timezone: timezone ?? was.timezone };
  const first = await firstDate(schedule);
  const moved = Object.keys(changesBetween(was, schedule)).length > 0;
  return { ...editedTemplate(before, template ?? {}), ...schedule, next_occurrence_key: moved ? first : before.next_occurrence_key };
}

function editedTemplate(
  before: Columns,
  { title, body, owner, priority, labels, metadata }: NonNullable<RecurrenceInput["template"]>,
): Columns {
  return {
    ...before,
    template_title: checkTemplateTitle(title ?? before.template_title),
    template_body: body ?? before.template_body,
    template_owner: (owner ?? before.template_owner) || null,
    template_priority: templatePriority(priority) ?? before.template_priority,
    template_labels: labels ? templateLabels(labels) : before.template_labels,
    template_metadata: metadata ?? before.template_metadata,
  };
}

/** Ends a recurrence; the issues that it made stay. `revision` is wanted only where it is given. */
export async function deleteRecurrence(
  app: App,
  input: { project_id: number; uid: string; actor: string; revision: number | undefined },
): Promise<void> {
  await change(app, async ({ tx, now, emit }) => {
    const project = await projectAt(tx, input.project_id);
    const recurrence = await recurrenceAt(tx, project.id, input.uid);
    if (input.revision !== undefined) checkRevision("recurrence", recurrence.revision, input.revision);
    await updateRecurrence(tx, recurrence.id, { deleted_at: now, updated_at: now });
    const changes = { deleted_at: { from: null, to: now } };
    await emit({ type: "recurrence.deleted", project, actor: input.actor, payload: { recurrence_uid: recurrence.uid }, changes });
  });
}
