import type { Issue, Project } from "../api/shapes.ts";
import { KataError } from "../core/error.ts";
import { changesBetween } from "../core/event.ts";
import { checkItems, type GivenItem, type Item } from "../core/import.ts";
import { qualifiedId } from "../core/ref.ts";
import { changesOfNew } from "../core/replay.ts";
import { isBlank } from "../core/text.ts";
import { insertComment } from "../store/comments.ts";
import { mappingsOf, putMapping, type Scope } from "../store/import-mappings.ts";
import { insertIssue, issuesByIds, updateIssue } from "../store/issues.ts";
import { projectAt } from "../store/projects.ts";
import { indexIssue, reindexIssue, reindexTitle } from "../store/search.ts";
import { indexTitle } from "../store/title-tokens.ts";
import { type App, change, type Change } from "./app.ts";
import { importLabels } from "./import-labels.ts";
import { importLinks } from "./import-links.ts";
import { unhurried } from "./unhurried.ts";

type ImportInput = { project_id: number; actor: string; source: string; items: readonly GivenItem[] };
type Status = "created" | "updated" | "unchanged";
type Known = Pick<Issue, "id" | "uid" | "short_id" | "project_id" | "title" | "body">;

/** An item, and the issue that it is here. */
export type Entry = { item: Item; issue: Known; status: Status };
/** One batch: what every step of it works with. */
export type Import = Change & { app: App; project: Project; actor: string; scope: Scope };

export type Imported = Record<Status | "comments" | "links", number> & {
  source: string;
  items: { external_id: string; issue_short_id: string; status: Status; reason?: string }[];
  errors: never[];
};

/** Brings over issues of another tracker, all or none: new ones, and newer states of those that came before (http-api.md §13). */
export async function importItems(app: App, { project_id, actor, source, items: given }: ImportInput): Promise<Imported> {
  const { result } = await change(app, async (open) => {
    const project = await projectAt(open.tx, project_id);
    if (isBlank(source)) throw new KataError("validation", "source: must not be blank");
    const items = checkItems(given);
    const run: Import = { ...open, app, project, actor, scope: { project_id: project.id, source } };
    const known = await knownIssues(run, items);
    const entries: Entry[] = [];
    for await (const item of unhurried(items)) entries.push(await importIssue(run, item, known.get(item.external_id)));
    await importLabels(run, entries);
    const comments = await importComments(run, entries);
    const issues = new Map<string, Known>([...known, ...entries.map(({ item, issue }) => [item.external_id, issue] as const)]);
    const links = await importLinks(run, entries, issues);
    return answer(source, entries, { comments, links });
  });
  return result;
}

function answer(source: string, entries: readonly Entry[], counts: { comments: number; links: number }): Imported {
  const count = (status: Status) => entries.filter((entry) => entry.status === status).length;
  return {
    source,
    created: count("created"),
    updated: count("updated"),
    unchanged: count("unchanged"),
    ...counts,
    items: entries.map(({ item: { external_id }, issue, status }) => ({
      external_id,
      issue_short_id: issue.short_id,
      status,
      ...(status === "unchanged" && { reason: "the issue here is as new" }),
    })),
    errors: [],
  };
}

/** The issues that the batch names and that came before, by external id. */
async function knownIssues({ tx, scope, project }: Import, items: readonly Item[]): Promise<Map<string, Issue>> {
  const own = new Set(items.map(({ external_id }) => external_id));
  const targets = items.flatMap(({ links }) => links.map(({ target_external_id }) => target_external_id));
  const mappings = await mappingsOf(tx, scope, "issue", [...new Set([...own, ...targets])]);
  const ids = mappings.map(({ issue_id }) => issue_id);
  const issues = new Map((await issuesByIds(tx, ids)).map((issue) => [issue.id, issue]));
  const known = new Map<string, Issue>();
  for (const { external_id, issue_id } of mappings) {
    const issue = issues.get(issue_id);
    if (issue?.deleted_at !== undefined) throw deleted(external_id, qualifiedId(project.name, issue.short_id));
    if (issue) known.set(external_id, issue);
  }
  const missing = targets.find((target) => !own.has(target) && !known.has(target));
  if (missing === undefined) return known;
  throw new KataError(
    "issue_not_found",
    `A link names ${JSON.stringify(missing)}, which is neither in this batch nor was imported before.`,
  );
}

function deleted(externalId: string, ref: string): KataError {
  return new KataError("issue_not_found", `${JSON.stringify(externalId)} was imported as ${ref}, which was deleted.`, {
    hint: `\`kata restore ${ref}\` brings it back.`,
  });
}

async function importIssue(run: Import, item: Item, known: Issue | undefined): Promise<Entry> {
  if (!known) return { item, issue: await createImported(run, item), status: "created" };
  if (item.updated_at <= known.updated_at) return { item, issue: known, status: "unchanged" };
  return { item, issue: await updateImported(run, item, known), status: "updated" };
}

type Stated = Pick<Item, "title" | "body" | "status"> & {
  [K in "owner" | "priority" | "closed_reason" | "closed_at"]?: Item[K] | undefined;
};

/** The columns that the other tracker decides. */
function stateOf({ title, body, owner = null, priority = null, status, closed_reason = null, closed_at = null }: Stated) {
  return { title, body, owner, priority, status, closed_reason, closed_at };
}

async function createImported({ app, tx, now, emit, project, actor, scope }: Import, item: Item): Promise<Known> {
  const { external_id, title, body, author, created_at, updated_at } = item;
  const uid = app.ulid();
  const optional = { owner: item.owner ?? undefined, priority: item.priority ?? undefined };
  const closing = { status: item.status, closed_reason: item.closed_reason ?? undefined, closed_at: item.closed_at ?? undefined };
  const row = { uid, project_id: project.id, title, body, author, created_at, updated_at, ...optional, ...closing };
  const issue = { uid, project_id: project.id, title, body, ...(await insertIssue(tx, row)) };
  await indexIssue(tx, { issue_id: issue.id, project_id: project.id, title, body, comments: "" });
  await indexTitle(tx, issue);
  await putMapping(tx, scope, { external_id, object_type: "issue", issue_id: issue.id, source_updated_at: updated_at }, now);
  const changes = changesOfNew({ ...stateOf(item), author, created_at });
  await emit({ type: "issue.created", project, issue, actor, payload: { source: scope.source, external_id }, changes });
  return issue;
}

async function updateImported({ tx, now, emit, project, actor, scope }: Import, item: Item, issue: Issue): Promise<Known> {
  const { external_id, updated_at } = item;
  const after = stateOf(item);
  const changes = changesBetween<Record<string, unknown>>(stateOf(issue), after);
  await updateIssue(tx, issue.id, after, updated_at);
  if (changes["title"] || changes["body"]) {
    await reindexIssue(tx, { ...issue, ...after });
    await reindexTitle(tx, issue, after);
  }
  await putMapping(tx, scope, { external_id, object_type: "issue", issue_id: issue.id, source_updated_at: updated_at }, now);
  await emit({ type: "issue.updated", project, issue, actor, payload: { source: scope.source, external_id }, changes });
  return { ...issue, title: item.title, body: item.body };
}

/** Adds the comments that did not come before, also to issues that are as they were, and gives their number. */
async function importComments({ app, tx, now, emit, project, actor, scope }: Import, entries: readonly Entry[]): Promise<number> {
  const ids = entries.flatMap(({ item }) => item.comments.map(({ external_id }) => external_id));
  const before = new Set((await mappingsOf(tx, scope, "comment", ids)).map(({ external_id }) => external_id));
  let added = 0;
  for await (const { item, issue } of unhurried(entries)) {
    const fresh = item.comments.filter(({ external_id }) => !before.has(external_id));
    for (const { external_id, author, body, created_at } of fresh) {
      const comment = await insertComment(tx, { uid: app.ulid(), issue_id: issue.id, author, body, created_at });
      await putMapping(tx, scope, { external_id, object_type: "comment", issue_id: issue.id, comment_id: comment.id }, now);
      await emit({
        type: "issue.commented",
        project,
        issue,
        actor,
        payload: { comment_id: comment.id, comment_external_id: external_id, external_id: item.external_id, source: scope.source },
        changes: { comment: { from: null, to: { uid: comment.uid, body, author, created_at } } },
      });
    }
    if (fresh.length > 0) await reindexIssue(tx, issue);
    added += fresh.length;
  }
  return added;
}
