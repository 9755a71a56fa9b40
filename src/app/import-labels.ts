import { deleteMapping, type Mapping, mappingsOfIssues, putMapping } from "../store/import-mappings.ts";
import { deleteLabel, insertLabel, labelsOf } from "../store/labels.ts";
import type { Entry, Import } from "./imports.ts";
import { unhurried } from "./unhurried.ts";

/** Brings the labels that came from the source in line with it; labels that were put on here stay. */
export async function importLabels(run: Import, entries: readonly Entry[]): Promise<void> {
  const { tx, scope } = run;
  const stale = entries.filter(({ status }) => status !== "unchanged");
  const updated = stale.filter(({ status }) => status === "updated").map(({ issue }) => issue.id);
  const mapped = Map.groupBy(await mappingsOfIssues(tx, scope, "label", updated), ({ issue_id }) => issue_id);
  const present = Map.groupBy(await labelsOf(tx, updated), ({ issue_id }) => issue_id);
  for await (const entry of unhurried(stale)) {
    const labels = new Set(present.get(entry.issue.id)?.map(({ label }) => label));
    await removeOld(run, entry, labels, mapped.get(entry.issue.id) ?? []);
    await addNew(run, entry, labels);
  }
}

async function removeOld(run: Import, { item, issue }: Entry, labels: Set<string>, mapped: readonly Mapping[]): Promise<void> {
  for (const { id, label, external_id } of mapped) {
    if (label === null || item.labels.includes(label)) continue;
    await deleteMapping(run.tx, id);
    if (!labels.has(label)) continue;
    await deleteLabel(run.tx, issue.id, label);
    const from = [...labels].sort();
    labels.delete(label);
    await tell(run, "issue.unlabeled", issue, { label, external_id }, { from, to: [...labels].sort() });
  }
}

async function addNew(run: Import, { item, issue }: Entry, labels: Set<string>): Promise<void> {
  const { tx, now, actor, scope } = run;
  for (const label of item.labels) {
    if (labels.has(label)) continue;
    const external_id = `${item.external_id}:label:${label}`;
    await insertLabel(tx, { issue_id: issue.id, label, author: actor, created_at: item.created_at });
    await putMapping(tx, scope, { external_id, object_type: "label", issue_id: issue.id, label }, now);
    const from = [...labels].sort();
    labels.add(label);
    await tell(run, "issue.labeled", issue, { label, external_id }, { from, to: [...labels].sort() });
  }
}

async function tell(
  { emit, project, actor, scope }: Import,
  type: "issue.labeled" | "issue.unlabeled",
  issue: Entry["issue"],
  about: { label: string; external_id: string },
  labels: { from: string[]; to: string[] },
): Promise<void> {
  await emit({ type, project, issue, actor, payload: { ...about, source: scope.source }, changes: { labels } });
}
