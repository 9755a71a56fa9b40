import { KataError } from "../core/error.ts";
import type { ItemLink } from "../core/import.ts";
import { checkParent } from "../core/link.ts";
import { deleteMapping, isImportedLink, type Mapping, mappingsOfIssues, putMapping } from "../store/import-mappings.ts";
import { ancestorIdsOf, deleteLink, findLink, findLinkById, findParentLink, insertLink, type Link } from "../store/links.ts";
import type { Entry, Import } from "./imports.ts";
import { watchLinks } from "./links.ts";
import { unhurried } from "./unhurried.ts";

type Issues = ReadonlyMap<string, Entry["issue"]>;

/**
 * Brings the links that came from the source in line with it, and gives how many were added; links that were made here
 * stay. All that go, go first: a child and its parent may have changed places.
 */
export async function importLinks(run: Import, entries: readonly Entry[], issues: Issues): Promise<number> {
  const { tx, scope } = run;
  const stale = entries.filter(({ status }) => status !== "unchanged");
  const updated = stale.filter(({ status }) => status === "updated").map(({ issue }) => issue.id);
  const mapped = Map.groupBy(await mappingsOfIssues(tx, scope, "link", updated), ({ issue_id }) => issue_id);
  for await (const entry of unhurried(stale)) {
    const wanted = new Set(entry.item.links.map((link) => linkId(entry, link)));
    for (const mapping of mapped.get(entry.issue.id) ?? []) if (!wanted.has(mapping.external_id)) await remove(run, entry, mapping);
  }
  let added = 0;
  for await (const entry of unhurried(stale)) {
    for (const link of entry.item.links) added += await add(run, entry, link, issues);
  }
  return added;
}

const linkId = ({ item }: Entry, { type, target_external_id }: ItemLink) => `${item.external_id}:${type}:${target_external_id}`;

async function remove(run: Import, { issue }: Entry, mapping: Mapping): Promise<void> {
  const { tx } = run;
  await deleteMapping(tx, mapping.id);
  const link = mapping.link_id === null ? undefined : await findLinkById(tx, mapping.link_id);
  // Both ends of a `related` link may have brought it: the last of them takes it away.
  if (!link || (await isImportedLink(tx, link.id))) return;
  const { changes } = await watchLinks(tx, issue.id, () => deleteLink(tx, link.id));
  await tell(run, "issue.unlinked", issue, link, changes);
}

async function add(run: Import, entry: Entry, wanted: ItemLink, issues: Issues): Promise<number> {
  const { tx, now, actor, scope } = run;
  const { item, issue } = entry;
  const { type, target_external_id } = wanted;
  const peer = issues.get(target_external_id) as Entry["issue"];
  const mapping = { external_id: linkId(entry, wanted), object_type: "link" as const, issue_id: issue.id };
  const present = await findLink(tx, issue.id, peer.id, type);
  if (present) {
    if (await isImportedLink(tx, present.id)) await putMapping(tx, scope, { ...mapping, link_id: present.id }, now);
    return 0;
  }
  if (type === "parent") await checkRoom(run, entry, peer);
  const { result: link, changes } = await watchLinks(tx, issue.id, async () => {
    await insertLink(tx, { from_issue_id: issue.id, to_issue_id: peer.id, type, author: actor, created_at: item.updated_at });
    return (await findLink(tx, issue.id, peer.id, type)) as Link;
  });
  await putMapping(tx, scope, { ...mapping, link_id: link.id }, now);
  await tell(run, "issue.linked", issue, link, changes);
  return 1;
}

/** An issue has one parent, and none that is below it. */
async function checkRoom({ tx }: Import, { item, issue }: Entry, parent: Entry["issue"]): Promise<void> {
  const present = await findParentLink(tx, issue.id);
  if (present) {
    throw new KataError(
      "parent_already_set",
      `${JSON.stringify(item.external_id)} is ${issue.short_id}, which was given the parent ${present.to_short_id} here; an issue has one at most.`,
      { hint: `\`kata edit ${issue.short_id} --remove-parent ${present.to_short_id}\` makes room for the parent of the source.` },
    );
  }
  checkParent(issue, parent, await ancestorIdsOf(tx, parent.id), `links of ${JSON.stringify(item.external_id)}`);
}

async function tell(
  { emit, project, actor, scope }: Import,
  type: "issue.linked" | "issue.unlinked",
  issue: Entry["issue"],
  link: Link,
  changes: Awaited<ReturnType<typeof watchLinks>>["changes"],
): Promise<void> {
  const related =
    link.from_id === issue.id
      ? { id: link.to_id, uid: link.to_uid, short_id: link.to_short_id }
      : { id: link.from_id, uid: link.from_uid, short_id: link.from_short_id };
  const ends = { from_short_id: issue.short_id, from_uid: issue.uid, to_short_id: related.short_id, to_uid: related.uid };
  const payload = { link_id: link.id, type: link.type, ...ends, source: scope.source };
  await emit({ type, project, issue, related, actor, payload, changes });
}
