import type { Event, Issue, Project } from "../api/shapes.ts";
import { type NewEvent, toWireEvent } from "../core/event.ts";
import { findIssue, issueAt } from "../store/issues.ts";
import { projectAt } from "../store/projects.ts";
import { type App, change, type Change } from "./app.ts";

/** Which issue a change is about, and who makes it. */
export type Target = { project_id: number; ref: string; actor: string };

type Told<E> = E extends NewEvent ? Omit<E, "project" | "issue" | "actor"> : never;

export type IssueChange = Change & {
  project: Project;
  issue: Issue;
  actor: string;
  /** Emits an event whose subject is the issue. */
  tell(event: Told<NewEvent>): Promise<void>;
  /** What was told so far. */
  told: readonly Event[];
};

export type Changed = { issue: Issue; event: Event | null; changed: boolean };

/** Changes one issue, a deleted one only where `finding` says so, and answers how it is then, with the last event and what `work` gives. */
export async function changeIssue<More extends object = object>(
  app: App,
  { project_id, ref, actor }: Target,
  work: (change: IssueChange) => Promise<More | void>,
  finding: { deleted?: boolean } = {},
): Promise<Changed & More> {
  const { result } = await change(app, async (open) => {
    const project = await projectAt(open.tx, project_id);
    const issue = await issueAt(open.tx, project, ref, finding);
    const told: Event[] = [];
    const tell = async (event: Told<NewEvent>) => {
      told.push(toWireEvent(await open.emit({ ...event, project, issue, actor } as NewEvent)));
    };
    const more = (await work({ ...open, project, issue, actor, tell, told })) as More;
    const event = told.at(-1) ?? null;
    return { issue: (await findIssue(open.tx, issue.id)) as Issue, event, changed: event !== null, ...more };
  });
  return result;
}
