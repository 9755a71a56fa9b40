import { closeIssue, reopenIssue } from "../../src/app/closes.ts";
import { commentOnIssue } from "../../src/app/comments.ts";
import { createIssue } from "../../src/app/create.ts";
import { deleteIssue, restoreIssue } from "../../src/app/deletions.ts";
import { editIssue } from "../../src/app/edit.ts";
import { findIssueAnywhere } from "../../src/app/issues.ts";
import { labelIssue, unlabelIssue } from "../../src/app/labels.ts";
import { linkIssue, unlinkIssue } from "../../src/app/links.ts";
import { mergeProjects } from "../../src/app/merges.ts";
import { patchIssueMetadata } from "../../src/app/metadata.ts";
import { moveIssue } from "../../src/app/moves.ts";
import { assignIssue, unassignIssue } from "../../src/app/owners.ts";
import { prioritizeIssue } from "../../src/app/priorities.ts";
import { initProject } from "../../src/app/projects.ts";
import { purgeIssue } from "../../src/app/purges.ts";
import type { Issue, LinkOut } from "../../src/api/shapes.ts";
import { type Code, KataError } from "../../src/core/error.ts";
import { qualifiedId } from "../../src/core/ref.ts";
import type { TestApp } from "../apps.ts";
import type { Command, Deed, Delta } from "./commands.ts";
import { Model } from "./model.ts";

/** A tracker, and the model that it is to be like. */
export type Pair = { app: TestApp; model: Model; projects: Map<string, { id: number; name: string }> };

export async function pairOf(app: TestApp): Promise<Pair> {
  const made = [];
  for (const name of ["one", "two", "three"]) made.push((await initProject(app, { name })).project);
  return { app, model: new Model(made.map(({ uid }) => uid)), projects: new Map(made.map(({ uid, id, name }) => [uid, { id, name }])) };
}

/** Does a command in the tracker: the uid of what it made, or why it was refused. */
export async function perform(pair: Pair, command: Command): Promise<{ made: string; refused?: Code }> {
  pair.app.pass(1_000);
  try {
    return { made: await act(pair, command) };
  } catch (error) {
    if (!(error instanceof KataError) || error.code === "internal") throw error;
    return { made: "", refused: error.code };
  }
}

async function act(pair: Pair, command: Command): Promise<string> {
  const { app, model, projects } = pair;
  const idOf = (uid: string) => projects.get(uid)?.id ?? 0;
  if (command.verb === "create") {
    const { project, links, ...facts } = command;
    const own = model.project(project);
    const found = links.map(({ type, to, incoming }) => ({ type, to_ref: model.uid(to, own), incoming }));
    const input = { ...facts, project_id: idOf(own), actor: "ann", links: found, force_new: true };
    return (await createIssue(app, input)).issue.uid;
  }
  if (command.verb === "merge") {
    const [source, target] = [idOf(model.project(command.source)), idOf(model.project(command.target))];
    await mergeProjects(app, { project_id: target, source_project_id: source });
    return "";
  }
  const uid = model.uid(command.issue);
  const peer = (nth: number) => model.uid(nth, model.issues.get(uid)?.project);
  await deed(pair, command, { project_id: idOf(model.lookedForIn(command)), ref: uid, actor: "ann" }, peer);
  return "";
}

type Target = { project_id: number; ref: string; actor: string };

const MESSAGE = "It was looked at, and this is what came of it in the end: nothing is left to do.";

/** The uid of an issue that a deed names beside its own. */
type Peer = (nth: number) => string;

async function deed(pair: Pair, deed: Deed, target: Target, peer: Peer): Promise<unknown> {
  const { app, model } = pair;
  switch (deed.verb) {
    case "edit":
      return editIssue(app, { ...target, ...deed.fields, links_delta: deed.delta && refsIn(peer, deed.delta) });
    case "link":
      return linkIssue(app, { ...target, type: deed.type, to_ref: peer(deed.to), replace: deed.replace });
    case "unlink":
      return unlinkIssue(app, { ...target, link_id: await linkId(pair, target.ref, deed.nth) });
    case "label":
      return labelIssue(app, { ...target, label: deed.label });
    case "unlabel":
      return unlabelIssue(app, { ...target, label: deed.label });
    case "assign":
      return assignIssue(app, { ...target, owner: deed.owner });
    case "unassign":
      return unassignIssue(app, target);
    case "prioritize":
      return prioritizeIssue(app, { ...target, priority: deed.priority });
    case "comment":
      return commentOnIssue(app, { ...target, body: deed.body });
    case "close":
      return closeIssue(app, { ...target, ...closing(peer, deed) });
    case "reopen":
      return reopenIssue(app, target);
    case "delete":
      return deleteIssue(app, { ...target, confirmation: await wordsOf(pair, "DELETE", target, deed.sure) });
    case "restore":
      return restoreIssue(app, target);
    case "purge":
      return purgeIssue(app, { ...target, confirmation: await wordsOf(pair, "PURGE", target, deed.sure) });
    case "move": {
      const revision = (await shownAs(app, target.ref))?.issue.revision ?? 1;
      return moveIssue(app, { ...target, to_project_uid: model.project(deed.project), revision: deed.stale ? revision + 1 : revision });
    }
    case "metadata": {
      const revision = (await shownAs(app, target.ref))?.issue.revision ?? 1;
      return patchIssueMetadata(app, { ...target, patch: { [deed.key]: deed.value }, revision: deed.stale ? revision + 1 : revision });
    }
  }
}

function refsIn(peer: Peer, delta: Delta): Record<string, string | string[]> {
  return Object.fromEntries(Object.entries(delta).map(([name, nths]) => [name, Array.isArray(nths) ? nths.map(peer) : peer(nths)]));
}

function closing(peer: Peer, { reason, says, to, dry_run }: Extract<Deed, { verb: "close" }>) {
  const proofs = {
    done: [{ type: "commit", sha: "1a2b3c4" }],
    duplicate: [{ type: "duplicate-of", issue_ref: peer(to) }],
  } as const;
  const evidence = reason === "done" || reason === "duplicate" ? [...proofs[reason]] : [];
  return { reason, message: says ? MESSAGE : "done", evidence, tui: false, dry_run };
}

type Shown = { issue: Issue; links: LinkOut[] };

async function shownAs(app: TestApp, uid: string): Promise<Shown | undefined> {
  return findIssueAnywhere(app, { uid, include_deleted: true }).catch(() => undefined);
}

/** The id of one of an issue's links, and one that no link has where it has none. */
async function linkId({ app }: Pair, uid: string, nth: number): Promise<number> {
  const links = (await shownAs(app, uid))?.links ?? [];
  return links[nth % links.length]?.id ?? 999_999;
}

async function wordsOf({ app, projects }: Pair, verb: string, { ref }: Target, sure: boolean): Promise<string> {
  const issue = (await shownAs(app, ref))?.issue;
  const name = projects.get(issue?.project_uid ?? "")?.name ?? "";
  return sure && issue ? `${verb} ${qualifiedId(name, issue.short_id)}` : "no";
}
