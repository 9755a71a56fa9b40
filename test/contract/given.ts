import type { Comment, Issue, Project } from "../../src/api/shapes.ts";
import type { EventPayloads, EventType, LinkType, NewEvent, StoredEvent } from "../../src/core/event.ts";
import { ulidSource } from "../../src/core/ulid.ts";
import { insertComment } from "../../src/store/comments.ts";
import type { Database } from "../../src/store/db.ts";
import { appendEvent } from "../../src/store/events.ts";
import { findIssue, insertIssue, type IssuePatch, type NewIssue, updateIssue } from "../../src/store/issues.ts";
import { insertLabel } from "../../src/store/labels.ts";
import { insertLink } from "../../src/store/links.ts";
import { insertProject } from "../../src/store/projects.ts";
import { sql } from "../../src/store/sql.ts";

const START = Date.parse("2026-03-01T12:00:00.000Z");
const AUTHOR = "ada";

type IssueGiven = Partial<Omit<NewIssue, "project_id">> & Pick<IssuePatch, "deleted_at" | "revision">;
type EventGiven = { issue?: Issue; related?: Issue; actor?: string; created_at?: string; changes?: NewEvent["changes"] };

export type Given = ReturnType<typeof givenFor>;

/** Makes rows for contract tests. Whatever is not said is filled in; each row is a second later than the one before. */
export function givenFor(db: Database) {
  let clock = START;
  let projects = 0;
  const ulid = ulidSource(
    () => clock,
    (bytes) => crypto.getRandomValues(bytes),
  );
  const now = () => new Date((clock += 1_000)).toISOString();

  return {
    /** The next time, a second after the last. */
    now,
    /** The next ULID, higher than the last. */
    ulid,

    async project(name = `project-${++projects}`): Promise<Project> {
      return db.transact((tx) => insertProject(tx, { uid: ulid(), name, created_at: now() }));
    },

    /** A project that is archived. */
    async archived(name?: string): Promise<Project> {
      const [project, deleted_at] = [await this.project(name), now()];
      await db.transact((tx) => tx.run(sql`UPDATE projects SET deleted_at = ${deleted_at} WHERE id = ${project.id}`));
      return { ...project, deleted_at };
    },

    /** An issue; it stands in no index, and no event tells of it. */
    async issue(project: { id: number }, { deleted_at, revision, ...said }: IssueGiven = {}): Promise<Issue> {
      const at = said.created_at ?? now();
      const row = { uid: ulid(), title: "Fix the login", body: "", author: AUTHOR, created_at: at, updated_at: at, ...said };
      return db.transact(async (tx) => {
        const { id } = await insertIssue(tx, { ...row, project_id: project.id });
        const patch = { ...(deleted_at !== undefined && { deleted_at }), ...(revision !== undefined && { revision }) };
        if (Object.keys(patch).length > 0) await updateIssue(tx, id, patch, row.updated_at);
        return (await findIssue(tx, id)) as Issue;
      });
    },

    async comment(issue: { id: number }, body = "Me too."): Promise<Comment> {
      return db.transact((tx) => insertComment(tx, { uid: ulid(), issue_id: issue.id, author: AUTHOR, body, created_at: now() }));
    },

    async label(issue: { id: number }, ...labels: string[]): Promise<void> {
      for (const label of labels) {
        await db.transact((tx) => insertLabel(tx, { issue_id: issue.id, label, author: AUTHOR, created_at: now() }));
      }
    },

    /** A link's row id. `parent` goes from the child to its parent, `blocks` from what blocks to what is blocked. */
    async link(from: { id: number }, type: LinkType, to: { id: number }): Promise<number> {
      const row = { from_issue_id: from.id, to_issue_id: to.id, type, author: AUTHOR, created_at: now() };
      return (await db.transact((tx) => insertLink(tx, row))) as number;
    },

    async event<T extends EventType>(project: Project, type: T, payload: EventPayloads[T], said: EventGiven = {}): Promise<StoredEvent> {
      const { created_at = now(), actor = AUTHOR, issue, related, changes } = said;
      const subjects = { ...(issue && { issue }), ...(related && { related }), ...(changes && { changes }) };
      const event = { type, project, actor, payload, ...subjects } as NewEvent;
      return db.transact((tx) => appendEvent(tx, event, { uid: ulid(), origin_instance_uid: INSTANCE, created_at }));
    },
  };
}

/** The installation that events are given from. */
export const INSTANCE = "01KJKB5W00KATATESTS0000000";
