import type { Issue, LinkOut, Mutation } from "../api/shapes.ts";
import { KataError } from "../core/error.ts";
import { type Changes, changesBetween, type LinkType } from "../core/event.ts";
import { checkEnds, checkParent, rolesOf } from "../core/link.ts";
import type { Db } from "../store/db.ts";
import { issueAt, updateIssue } from "../store/issues.ts";
import {
  ancestorIdsOf,
  deleteLink,
  findLink,
  findLinkById,
  findParentLink,
  insertLink,
  type Link,
  linkOut,
  linksOf,
} from "../store/links.ts";
import type { App } from "./app.ts";
import { type Changed, changeIssue, type IssueChange, type Target } from "./change-issue.ts";

type LinkInput = Target & { type: LinkType; to_ref: string; replace?: boolean | null | undefined };

/** Links an issue to another; the same again changes nothing. A second parent is refused, unless it is to replace the first. */
export async function linkIssue(app: App, input: LinkInput): Promise<Changed & { link: LinkOut }> {
  const { type, to_ref, replace } = input;
  return changeIssue(app, input, async (change) => {
    const { tx, now, project, issue, actor: author } = change;
    const peer = await issueAt(tx, project, to_ref);
    checkEnds(issue, peer, "to_ref");
    const present = await findLink(tx, issue.id, peer.id, type);
    if (present) return { link: linkOut(present) };
    if (type === "parent") await makeRoom(change, peer, replace === true);
    const link = await relink(change, "issue.linked", async () => {
      await insertLink(tx, { from_issue_id: issue.id, to_issue_id: peer.id, type, author, created_at: now });
      return (await findLink(tx, issue.id, peer.id, type)) as Link;
    });
    return { link: linkOut(link) };
  });
}

/** Removes a link of an issue, at either of its ends; nothing changes where there is none, and another issue's is `link_not_found`. */
export async function unlinkIssue(app: App, input: Target & { link_id: number }): Promise<Mutation> {
  return changeIssue(app, input, async (change) => {
    const { tx, issue } = change;
    const link = await findLinkById(tx, input.link_id);
    if (!link) return;
    if (link.from_id !== issue.id && link.to_id !== issue.id)
      throw new KataError("link_not_found", `Link ${link.id} is none of ${issue.short_id}.`, {
        hint: `\`kata show ${issue.short_id} --json\` lists its links with their ids.`,
      });
    await unlink(change, link);
  });
}

/** Sees that an issue can take `parent`, and takes it from the parent that it has. */
async function makeRoom(change: IssueChange, parent: Issue, replace: boolean): Promise<void> {
  const { tx, issue } = change;
  const present = await findParentLink(tx, issue.id);
  if (present && !replace) {
    throw new KataError("parent_already_set", `${issue.short_id} has the parent ${present.to_short_id}, and an issue has one at most.`, {
      hint: `Send replace=true to replace it (kata edit ${issue.short_id} --parent ${parent.short_id}).`,
    });
  }
  checkParent(issue, parent, await ancestorIdsOf(tx, parent.id), "to_ref");
  if (present) await unlink(change, present);
}

async function unlink(change: IssueChange, link: Link): Promise<void> {
  await relink(change, "issue.unlinked", async () => {
    await deleteLink(change.tx, link.id);
    return link;
  });
}

/** Puts in or takes out a link, tells it from the issue's side, and gives it. */
async function relink(change: IssueChange, type: "issue.linked" | "issue.unlinked", work: () => Promise<Link>): Promise<Link> {
  const { tx, now, issue, tell } = change;
  const { result: link, changes } = await watchLinks(tx, issue.id, work);
  const incoming = link.from_id !== issue.id;
  const related = incoming
    ? { id: link.from_id, uid: link.from_uid, short_id: link.from_short_id }
    : { id: link.to_id, uid: link.to_uid, short_id: link.to_short_id };
  await updateIssue(tx, issue.id, {}, now);
  await tell({
    type,
    related,
    payload: {
      link_id: link.id,
      type: link.type,
      from_short_id: issue.short_id,
      from_uid: issue.uid,
      to_short_id: related.short_id,
      to_uid: related.uid,
    },
    changes,
  });
  return link;
}

/** What `work` gives, and what became of the issue's peers meanwhile, by role. */
export async function watchLinks<T>(tx: Db, issueId: number, work: () => Promise<T>): Promise<{ result: T; changes: Changes }> {
  const before = rolesOf(issueId, await linksOf(tx, issueId));
  const result = await work();
  return { result, changes: changesBetween(before, rolesOf(issueId, await linksOf(tx, issueId))) };
}
