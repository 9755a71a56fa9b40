import { expect } from "bun:test";
import { parseJson } from "../../src/core/json.ts";
import { apply, type IssueState, NOTHING, type Recorded, type RecurrenceState, replay, type State, undo } from "../../src/core/replay.ts";
import type { Db } from "../../src/store/db.ts";
import { labelsOf } from "../../src/store/labels.ts";
import { linksOf } from "../../src/store/links.ts";
import { rolesOf } from "../../src/core/link.ts";
import { commentsOf } from "../../src/store/comments.ts";
import { sql } from "../../src/store/sql.ts";

type Event = Recorded & { id: number };
type Row = Omit<IssueState, "labels" | "comments" | "metadata"> & { id: number; metadata: string };

/** The log of a database, with what it stood for after each command. */
export class Log {
  readonly #db: Db;
  readonly #points: { last: number; state: State }[] = [];
  /** Projects that were merged, and into which. */
  readonly #merged = new Map<string, string>();
  #hasPurged = false;

  constructor(db: Db) {
    this.#db = db;
  }

  /** Remembers how everything is now. */
  async note(): Promise<void> {
    const last = (await this.#db.all<{ id: number }>(sql`SELECT coalesce(max(id), 0) AS id FROM events`))[0]?.id ?? 0;
    this.#points.push({ last, state: await stateOf(this.#db) });
  }

  merged(source: string, target: string): void {
    this.#merged.set(source, target);
  }

  purged(): void {
    this.#hasPurged = true;
  }

  /** Sees that the log leads through all that was noted, from nothing on, and from the end back to nothing. */
  async check(): Promise<void> {
    const events = await eventsOf(this.#db);
    const told = new Set(events.flatMap(({ type, issue_uid }) => (type === "issue.created" && issue_uid !== null ? [issue_uid] : [])));
    const wanted = this.#points.map(({ last, state }) => ({ last, state: this.#asTold(state, told) }));
    let state = NOTHING;
    let done = 0;
    for (const point of wanted) {
      for (; (events[done]?.id ?? Infinity) <= point.last; done += 1) state = apply(state, events[done] as Event);
      expect(this.#asTold(state, told)).toEqual(point.state);
    }
    expect(replay(events)).toEqual(state);
    for (const point of wanted.toReversed()) {
      for (; done > 0 && (events[done - 1]?.id ?? 0) > point.last; done -= 1) state = undo(state, events[done - 1] as Event);
      expect(this.#asTold(state, told)).toEqual(point.state);
    }
    for (; done > 0; done -= 1) state = undo(state, events[done - 1] as Event);
    expect(state).toEqual(NOTHING);
  }

  /** A state as the log tells it today: without what was purged since, and with merged projects as if they had always been one. */
  #asTold({ issues, recurrences }: State, told: ReadonlySet<string>): State {
    const only = (uids: readonly string[]) => uids.filter((uid) => told.has(uid));
    const kept = [...issues.values()].filter(({ uid }) => told.has(uid));
    const asTold = kept.map((issue): [string, IssueState] => [
      issue.uid,
      {
        ...issue,
        project_uid: this.#survivor(issue.project_uid),
        parent: issue.parent !== null && told.has(issue.parent) ? issue.parent : null,
        children: only(issue.children),
        blocks: only(issue.blocks),
        blocked_by: only(issue.blocked_by),
        related: only(issue.related),
      },
    ]);
    // A purge takes along how its issue moved a recurrence on.
    const cursors = this.#hasPurged ? { next_occurrence_key: null, last_materialized_uid: null } : {};
    const rules = [...recurrences.values()].map((rule): [string, RecurrenceState] => [rule.uid, { ...filled(rule), ...cursors }]);
    return { issues: new Map(asTold), recurrences: new Map(rules) };
  }

  #survivor(project: string): string {
    const next = this.#merged.get(project);
    return next === undefined ? project : this.#survivor(next);
  }
}

/** A recurrence with every column: one that nothing was told of is null. */
function filled(rule: RecurrenceState): RecurrenceState {
  const blank = { template_owner: null, template_priority: null, next_occurrence_key: null, last_materialized_uid: null, deleted_at: null };
  return { ...blank, ...rule };
}

async function eventsOf(db: Db): Promise<Event[]> {
  type Stored = Omit<Event, "payload" | "changes"> & { payload: string; changes: string | null };
  const rows = await db.all<Stored>(sql`
    SELECT events.id, events.type, projects.uid AS project_uid, events.issue_uid, events.payload, events.changes
    FROM events JOIN projects ON projects.id = events.project_id ORDER BY events.id`);
  return rows.map(({ payload, changes, ...rest }) => ({
    ...rest,
    payload: parseJson(payload) as Event["payload"],
    changes: changes === null ? null : (parseJson(changes) as Event["changes"]),
  }));
}

/** What a database says of its issues and recurrences, deleted ones too. */
async function stateOf(db: Db): Promise<State> {
  const rows = await db.all<Row>(sql`
    SELECT issues.id, issues.uid, projects.uid AS project_uid, title, body, status, closed_reason, closed_at, owner, priority,
      issues.author, issues.created_at, issues.deleted_at, issues.metadata, recurrences.uid AS recurrence_uid, occurrence_key
    FROM issues JOIN projects ON projects.id = issues.project_id
    LEFT JOIN recurrences ON recurrences.id = issues.recurrence_id`);
  const issues = new Map<string, IssueState>();
  for (const { id, metadata, ...columns } of rows) {
    const { parent, ...roles } = rolesOf(id, await linksOf(db, id));
    const sorted = Object.fromEntries(Object.entries(roles).map(([role, uids]) => [role, uids.toSorted()]));
    issues.set(columns.uid, {
      ...columns,
      ...(sorted as typeof roles),
      parent,
      metadata: parseJson(metadata),
      labels: (await labelsOf(db, [id])).map(({ label }) => label).toSorted(),
      comments: (await commentsOf(db, id)).map(({ uid, author, body, created_at }) => ({ uid, author, body, created_at })),
    });
  }
  return { issues, recurrences: await rulesOf(db) };
}

async function rulesOf(db: Db): Promise<State["recurrences"]> {
  type Rule = RecurrenceState & { template_labels: string; template_metadata: string };
  const rows = await db.all<Rule>(sql`
    SELECT recurrences.uid, projects.uid AS project_uid, rrule, dtstart, timezone, template_title, template_body, template_owner,
      template_priority, template_labels, template_metadata, next_occurrence_key, last_materialized_uid, recurrences.author,
      recurrences.created_at, recurrences.deleted_at
    FROM recurrences JOIN projects ON projects.id = recurrences.project_id`);
  const parsed = rows.map((row) => ({
    ...row,
    template_labels: parseJson(row.template_labels),
    template_metadata: parseJson(row.template_metadata),
  }));
  return new Map(parsed.map((rule) => [rule.uid, rule]));
}
