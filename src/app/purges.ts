import type { PurgeLog } from "../api/shapes.ts";
import { checkConfirmation } from "../core/confirmation.ts";
import { issueAt } from "../store/issues.ts";
import { projectAt } from "../store/projects.ts";
import { eraseIssue, insertPurge, type NewPurge, reserveEventId, tracesOf } from "../store/purges.ts";
import { unindexIssue } from "../store/search.ts";
import { unindexTitle } from "../store/title-tokens.ts";
import { type App, change } from "./app.ts";
import type { Target } from "./change-issue.ts";

type PurgeInput = Target & { reason?: string | null | undefined; confirmation: string | undefined };

/**
 * Takes an issue away for good, with its comments, links, labels and events, and records that it happened. Readers of the
 * log are told to start again after an id that no event has (data-model.md §11).
 */
export async function purgeIssue(app: App, input: PurgeInput): Promise<PurgeLog> {
  const { result } = await change(app, async ({ tx, now, wake }): Promise<PurgeLog> => {
    const project = await projectAt(tx, input.project_id);
    const issue = await issueAt(tx, project, input.ref, { deleted: true });
    checkConfirmation("PURGE", project, issue, input.confirmation);
    const { first_event, last_event, ...counts } = await tracesOf(tx, issue.id);
    await unindexIssue(tx, issue.id);
    await unindexTitle(tx, issue);
    await eraseIssue(tx, issue.id);
    const row: NewPurge = {
      uid: app.ulid(),
      origin_instance_uid: app.instance_uid,
      project_id: project.id,
      purged_issue_id: issue.id,
      issue_uid: issue.uid,
      project_uid: project.uid,
      project_name: project.name,
      short_id: issue.short_id,
      issue_title: issue.title,
      issue_author: issue.author,
      ...counts,
      events_deleted_min_id: first_event,
      events_deleted_max_id: last_event,
      purge_reset_after_event_id: counts.event_count > 0 ? await reserveEventId(tx) : null,
      actor: input.actor,
      reason: input.reason || null,
      purged_at: now,
    };
    const id = await insertPurge(tx, row);
    wake();
    return Object.fromEntries(Object.entries({ id, ...row }).filter(([, value]) => value !== null)) as PurgeLog;
  });
  return result;
}
