import type { Event, Issue, Project } from "../api/shapes.ts";
import { toWireEvent } from "../core/event.ts";
import { checkMetadata, checkRevision, type Metadata, patchMetadata } from "../core/metadata.ts";
import { findIssue, issueAt, updateIssue } from "../store/issues.ts";
import { projectAt, setProjectMetadata } from "../store/projects.ts";
import { type App, change } from "./app.ts";
import type { Target } from "./change-issue.ts";

type Patched = { event?: Event; changed: boolean };
type Patch = { revision: number; patch: Metadata };

/** Sets and removes keys of an issue's metadata; what changes nothing writes nothing (http-api.md §11). */
export async function patchIssueMetadata(app: App, input: Target & Patch): Promise<Patched & { issue: Issue }> {
  const { result } = await change(app, async ({ tx, now, emit }) => {
    const project = await projectAt(tx, input.project_id);
    const issue = await issueAt(tx, project, input.ref);
    checkRevision("issue", issue.revision, input.revision);
    checkMetadata("issue", input.patch);
    const { after, diff } = patchMetadata(issue.metadata, input.patch);
    if (Object.keys(diff).length === 0) return { issue, changed: false };
    const revision = issue.revision + 1;
    await updateIssue(tx, issue.id, { metadata: JSON.stringify(after), revision }, now);
    const event = await emit({
      type: "issue.metadata_updated",
      project,
      issue,
      actor: input.actor,
      payload: { diff, revision_new: revision },
      changes: { metadata: { from: issue.metadata, to: after } },
    });
    return { issue: (await findIssue(tx, issue.id)) as Issue, event: toWireEvent(event), changed: true };
  });
  return result;
}

/** The same of a project. */
export async function patchProjectMetadata(
  app: App,
  input: Patch & { project_id: number; actor: string },
): Promise<Patched & { project: Project }> {
  const { result } = await change(app, async ({ tx, emit }) => {
    const project = await projectAt(tx, input.project_id);
    checkRevision("project", project.revision, input.revision);
    checkMetadata("project", input.patch);
    const { after, diff } = patchMetadata(project.metadata, input.patch);
    if (Object.keys(diff).length === 0) return { project, changed: false };
    const revision = project.revision + 1;
    await setProjectMetadata(tx, project.id, JSON.stringify(after), revision);
    const event = await emit({
      type: "project.metadata_updated",
      project,
      actor: input.actor,
      payload: { diff, revision_new: revision },
      changes: { metadata: { from: project.metadata, to: after } },
    });
    return { project: await projectAt(tx, project.id), event: toWireEvent(event), changed: true };
  });
  return result;
}
