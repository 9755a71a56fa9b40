import type { Event, Issue, Project } from "../api/shapes.ts";
import { KataError } from "../core/error.ts";
import { type CreatedLink, type EventPayloads, type LinkType, toWireEvent } from "../core/event.ts";
import { checkLabels } from "../core/label.ts";
import { checkPriority } from "../core/priority.ts";
import { qualifiedId } from "../core/ref.ts";
import { changesOfNew } from "../core/replay.ts";
import { likeness, LEAST_TITLE_SHARE, LOOKALIKE, mayBeAlike, tokensOf, wordsOf } from "../core/similarity.ts";
import { isBlank } from "../core/text.ts";
import type { Db } from "../store/db.ts";
import { insertIssue, issueAt, issuesByIds } from "../store/issues.ts";
import { insertLabel } from "../store/labels.ts";
import { insertLink } from "../store/links.ts";
import { projectAt } from "../store/projects.ts";
import { indexIssue } from "../store/search.ts";
import { indexTitle, issuesWithTitleLike } from "../store/title-tokens.ts";
import { type App, change } from "./app.ts";
import { replayOf } from "./idempotency.ts";

export type CreateInput = {
  project_id: number;
  actor: string;
  title: string;
  body?: string | null | undefined;
  owner?: string | null | undefined;
  priority?: number | null | undefined;
  labels: readonly string[];
  links: readonly { type: LinkType; to_ref: string; incoming?: boolean | null | undefined }[];
  force_new?: boolean | null | undefined;
  idempotency_key?: string | undefined;
};

export type Created = { issue: Issue; event: Event | null; original_event?: Event; changed: boolean; reused?: true };

type Target = { type: LinkType; to: Issue; incoming: boolean };

/** Creates an issue with its labels and links, unless its key was used already or it looks like one that is there. */
export async function createIssue(app: App, input: CreateInput): Promise<Created> {
  const { result } = await change(app, async ({ tx, now, emit }): Promise<Created> => {
    const project = await projectAt(tx, input.project_id);
    const draft = await readDraft(tx, project, input);
    const replayed = await replayOf(tx, project, draft, now);
    if (replayed && "issue" in replayed) return replayed;
    if (!input.force_new) await refuseLookalike(tx, project, draft);

    const issue = await writeIssue(tx, project, draft, { uid: app.ulid(), actor: input.actor, now });
    const key = replayed && { idempotency_key: draft.idempotency_key ?? "", idempotency_fingerprint: replayed.fingerprint };
    const { uid, id, short_id } = issue;
    const event = await emit({
      type: "issue.created",
      project,
      issue: { id, uid, short_id },
      actor: input.actor,
      payload: { ...payloadOf(draft), ...key },
      changes: changesOfNew({ ...draft, author: input.actor, created_at: now, ...rolesIn(draft) }),
    });
    return { issue, event: toWireEvent(event), changed: true };
  });
  return result;
}

type Stamp = { uid: string; actor: string; now: string };

/** The rows of a new issue: itself, its index entries, labels and links. */
async function writeIssue(tx: Db, project: Project, draft: Draft, { uid, actor, now }: Stamp): Promise<Issue> {
  const { title, body, owner, priority } = draft;
  const row = { uid, project_id: project.id, title, body, owner, priority, author: actor, created_at: now, updated_at: now };
  const { id, short_id } = await insertIssue(tx, row);
  await indexIssue(tx, { issue_id: id, project_id: project.id, title, body, comments: "" });
  await indexTitle(tx, { id, project_id: project.id, title, body });
  for (const label of draft.labels) await insertLabel(tx, { issue_id: id, label, author: actor, created_at: now });
  for (const { type, to, incoming } of draft.links) {
    const [from, target] = incoming ? [to.id, id] : [id, to.id];
    await insertLink(tx, { from_issue_id: from, to_issue_id: target, type, author: actor, created_at: now });
  }
  return {
    id,
    uid,
    project_id: project.id,
    project_uid: project.uid,
    short_id,
    title,
    body,
    status: "open",
    ...(owner !== undefined && { owner }),
    ...(priority !== undefined && { priority }),
    author: actor,
    metadata: {},
    revision: 1,
    created_at: now,
    updated_at: now,
  };
}

function payloadOf({ labels, links, owner, priority }: Draft): EventPayloads["issue.created"] {
  return {
    ...(labels.length > 0 && { labels }),
    ...(links.length > 0 && { links: links.map(created) }),
    ...(owner !== undefined && { owner }),
    ...(priority !== undefined && { priority }),
  };
}

/** Who is what for the new issue. */
function rolesIn({ links }: Draft) {
  const uids = (wanted: LinkType, isIncoming = false) =>
    links.filter(({ type, incoming }) => type === wanted && incoming === isIncoming).map(({ to }) => to.uid);
  return { parent: uids("parent")[0] ?? null, blocks: uids("blocks"), blocked_by: uids("blocks", true), related: uids("related") };
}

export type Draft = {
  title: string;
  body: string;
  owner: string | undefined;
  priority: number | undefined;
  /** As they were given: the fingerprint counts them so. */
  given_labels: readonly string[];
  labels: string[];
  given_links: Target[];
  links: Target[];
  idempotency_key: string | undefined;
};

async function readDraft(tx: Db, project: Project, input: CreateInput): Promise<Draft> {
  const given_links: Target[] = [];
  for (const { type, to_ref, incoming } of input.links) {
    if (type === "parent" && incoming)
      throw new KataError("validation", "links: a parent link can't be incoming; create the child with this parent instead");
    given_links.push({ type, to: await issueAt(tx, project, to_ref), incoming: type === "blocks" && incoming === true });
  }
  const links = [...new Map(given_links.map((link) => [`${link.type} ${link.to.id} ${link.incoming}`, link])).values()];
  const parents = links.filter(({ type }) => type === "parent");
  if (parents.length > 1) {
    throw new KataError("parent_already_set", `links: an issue has one parent, not ${parents.map(({ to }) => to.short_id).join(" and ")}`);
  }
  const priority = input.priority ?? undefined;
  if (priority !== undefined) checkPriority("priority", priority);
  if (isBlank(input.title)) throw new KataError("validation", "title: must not be blank");
  return {
    title: input.title,
    body: input.body ?? "",
    owner: input.owner || undefined,
    priority,
    given_labels: input.labels,
    labels: checkLabels(input.labels),
    given_links,
    links,
    idempotency_key: input.idempotency_key || undefined,
  };
}

const created = ({ type, to, incoming }: Target): CreatedLink => ({
  type,
  to_short_id: to.short_id,
  to_issue_uid: to.uid,
  ...(incoming && { incoming: true }),
});

async function refuseLookalike(tx: Db, project: Project, draft: Draft): Promise<void> {
  if (!mayBeAlike(draft)) return;
  const near = await issuesWithTitleLike(tx, project.id, tokensOf(draft.title), LEAST_TITLE_SHARE);
  if (near.length === 0) return;
  const words = wordsOf(draft);
  const ids = near.map(({ id }) => id);
  const found = (await issuesByIds(tx, ids))
    .map((issue) => ({ issue, score: likeness(words, wordsOf(issue)) }))
    .filter(({ score }) => score >= LOOKALIKE)
    .sort((a, b) => b.score - a.score || b.issue.id - a.issue.id)
    .slice(0, 20);
  const [best] = found;
  if (!best) return;
  const candidates = found.map(({ issue: { uid, short_id, title }, score }) => ({
    uid,
    short_id,
    qualified_id: qualifiedId(project.name, short_id),
    title,
    score,
  }));
  const first = best.issue;
  const others = found.length > 1 ? ` (and like ${found.length - 1} more)` : "";
  throw new KataError(
    "duplicate_candidates",
    `This looks like ${qualifiedId(project.name, first.short_id)} ${JSON.stringify(first.title)} [${first.status}]${others}.`,
    {
      hint: "Comment on that issue if it is the same; to create this one all the same, send force_new=true (kata create --force-new).",
      data: { candidates },
    },
  );
}
