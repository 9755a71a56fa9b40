import type { Event } from "../api/shapes.ts";
import { KataError } from "../core/error.ts";
import { changesBetween } from "../core/event.ts";
import { hasLinks, type LinkChanges, type LinksDelta } from "../core/link.ts";
import { checkPriority } from "../core/priority.ts";
import { isBlank } from "../core/text.ts";
import { updateIssue } from "../store/issues.ts";
import { reindexIssue, reindexTitle } from "../store/search.ts";
import type { App } from "./app.ts";
import { type Changed, changeIssue, type IssueChange, type Target } from "./change-issue.ts";
import { editLinks } from "./edit-links.ts";
import { setPriority } from "./priorities.ts";

type Maybe<T> = T | null | undefined;
type Fields = { title?: Maybe<string>; body?: Maybe<string>; /** An empty one clears. */ owner?: Maybe<string> };
export type EditInput = Target &
  Fields & { set_priority?: Maybe<number>; clear_priority?: Maybe<boolean>; links_delta?: Maybe<LinksDelta> };
export type Edited = Changed & { events?: Event[]; changes?: LinkChanges };

/** Changes an issue's fields, then its priority, then its links: an event for each that really changed (http-api.md §8.2). */
export async function editIssue(app: App, input: EditInput): Promise<Edited> {
  return changeIssue<Pick<Edited, "events" | "changes">>(app, input, async (change) => {
    checkEdit(input);
    const { set_priority, clear_priority, links_delta } = input;
    await editFields(change, input);
    if (clear_priority) await setPriority(change, undefined);
    else if (isGiven(set_priority)) await setPriority(change, set_priority);
    const changes = links_delta && hasLinks(links_delta) ? await editLinks(change, links_delta) : undefined;
    return { ...(change.told.length > 0 && { events: [...change.told] }), ...(changes && { changes }) };
  });
}

const isGiven = <T>(value: Maybe<T>): value is T => value !== null && value !== undefined;

function checkEdit({ title, body, owner, set_priority, clear_priority, links_delta }: EditInput): void {
  const given = [title, body, owner, set_priority].some(isGiven) || clear_priority === true;
  if (!given && !(links_delta && hasLinks(links_delta))) {
    throw new KataError("validation", "There is nothing to change in this request.", {
      hint: "Send title, body, owner, set_priority, clear_priority or a links_delta that is not empty.",
    });
  }
  if (isGiven(set_priority) && clear_priority)
    throw new KataError("validation", "set_priority and clear_priority can't be sent together.", { hint: "Send one of them." });
  if (isGiven(set_priority)) checkPriority("set_priority", set_priority);
  if (isGiven(title) && isBlank(title))
    throw new KataError("validation", "title: must not be blank", { hint: "Leave it out to keep the title." });
}

async function editFields({ tx, now, issue, tell }: IssueChange, fields: Fields): Promise<void> {
  const before = { title: issue.title, body: issue.body, owner: issue.owner ?? null };
  const after = {
    title: fields.title ?? before.title,
    body: fields.body ?? before.body,
    owner: isGiven(fields.owner) ? fields.owner || null : before.owner,
  };
  const changes = changesBetween(before, after);
  if (Object.keys(changes).length === 0) return;
  await updateIssue(tx, issue.id, after, now);
  if (changes["title"] || changes["body"]) {
    await reindexIssue(tx, { ...issue, ...after });
    await reindexTitle(tx, issue, after);
  }
  await tell({ type: "issue.updated", payload: {}, changes });
}
