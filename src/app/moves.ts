import type { Issue } from "../api/shapes.ts";
import { KataError } from "../core/error.ts";
import { checkRevision } from "../core/metadata.ts";
import { isBlank } from "../core/text.ts";
import type { Db } from "../store/db.ts";
import { moveMappings } from "../store/import-mappings.ts";
import { findIssue, issueAt, updateIssue } from "../store/issues.ts";
import { freeShortId } from "../store/short-ids.ts";
import { linksOf } from "../store/links.ts";
import { findProjectByUid, projectAt } from "../store/projects.ts";
import { reindexTitle } from "../store/search.ts";
import { type App, change } from "./app.ts";
import type { Target } from "./change-issue.ts";

type MoveInput = Target & { to_project_uid: string; revision: number };
export type Moved = { issue: Issue; event_id: number; new_short_id: string; changed: boolean };

/** Moves an issue to another project, where it gets a short id of its own; its uid stays (data-model.md §12). */
export async function moveIssue(app: App, input: MoveInput): Promise<Moved> {
  const to_uid = input.to_project_uid.toUpperCase();
  if (isBlank(to_uid)) throw new KataError("validation", "to_project_uid: must not be blank");
  const { result } = await change(app, async ({ tx, now, emit }) => {
    const source = await projectAt(tx, input.project_id);
    const issue = await issueAt(tx, source, input.ref);
    const target = await findProjectByUid(tx, to_uid);
    if (!target || target.deleted_at !== undefined)
      throw new KataError("project_not_found", `There is no active project ${JSON.stringify(to_uid)}.`);
    if (target.id === source.id) throw new KataError("same_project", `${issue.short_id} is in ${source.name} already.`);
    checkRevision("issue", issue.revision, input.revision);
    await checkFree(tx, issue);
    const short_id = await freeShortId(tx, target.id, issue.uid);
    await updateIssue(tx, issue.id, { project_id: target.id, short_id, revision: issue.revision + 1 }, now);
    await reindexTitle(tx, issue, { project_id: target.id });
    await moveMappings(tx, issue.id, target.id);
    const event = await emit({
      type: "issue.moved",
      project: target,
      issue: { ...issue, short_id },
      actor: input.actor,
      payload: {
        issue_uid: issue.uid,
        from_project_uid: source.uid,
        from_short_id: issue.short_id,
        to_project_uid: target.uid,
        to_short_id: short_id,
      },
      changes: { project_uid: { from: source.uid, to: target.uid }, short_id: { from: issue.short_id, to: short_id } },
    });
    return { issue: (await findIssue(tx, issue.id)) as Issue, event_id: event.id, new_short_id: short_id, changed: true };
  });
  return result;
}

/** Links hold within one project, and a recurrence makes its issues in its own. */
async function checkFree(tx: Db, issue: Issue): Promise<void> {
  if (issue.recurrence_id !== undefined) {
    throw new KataError("recurrence_pinned", `${issue.short_id} belongs to a recurrence of its project, so it can't be moved.`);
  }
  const links = await linksOf(tx, issue.id);
  if (links.length === 0) return;
  const blockers = links.map(({ id, type, from_id, from_uid, to_uid }) => ({
    link_id: id,
    peer_uid: from_id === issue.id ? to_uid : from_uid,
    type,
  }));
  throw new KataError(
    "cross_project_links",
    `${issue.short_id} has ${links.length} link${links.length > 1 ? "s" : ""}, and links hold within one project.`,
    {
      hint: `Remove its links first; \`kata show ${issue.short_id}\` lists them.`,
      data: { blockers },
    },
  );
}
