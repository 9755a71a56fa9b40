import { KataError } from "./error.ts";
import type { LinkType } from "./event.ts";
import { checkLabels } from "./label.ts";
import { checkPriority } from "./priority.ts";
import { isBlank } from "./text.ts";
import { parseTime } from "./time.ts";

/** Bytes that a batch may have. */
export const IMPORT_LIMIT = 64 * 1_048_576;

type Maybe<T> = T | null | undefined;
export type GivenComment = { external_id: string; author: string; body: string; created_at: string };
export type ItemLink = { type: LinkType; target_external_id: string };
export type GivenItem = {
  external_id: string;
  title: string;
  body?: Maybe<string>;
  author: string;
  owner?: Maybe<string>;
  priority?: Maybe<number>;
  status: "open" | "closed";
  closed_reason?: Maybe<string>;
  created_at: string;
  updated_at: string;
  closed_at?: Maybe<string>;
  labels: readonly string[];
  comments: readonly GivenComment[];
  links: readonly ItemLink[];
};

/** An issue as another tracker has it: checked, times in UTC, labels and links each once, null where there is nothing. */
export type Item = Pick<GivenItem, "external_id" | "title" | "author" | "status" | "created_at" | "updated_at" | "comments" | "links"> & {
  body: string;
  owner: string | null;
  priority: number | null;
  closed_reason: string | null;
  closed_at: string | null;
  labels: readonly string[];
};

/** The items of a batch, checked (http-api.md §13), or a refusal that names the first bad one. */
export function checkItems(items: readonly GivenItem[]): Item[] {
  refuseTwins(
    items.map(({ external_id }) => external_id),
    "items",
  );
  refuseTwins(
    items.flatMap(({ comments }) => comments.map(({ external_id }) => external_id)),
    "comments",
  );
  return items.map((item, i) => checkItem(item, `items.${i}`));
}

function refuseTwins(ids: readonly string[], what: string): void {
  const seen = new Set<string>();
  for (const id of ids) {
    if (seen.has(id)) throw new KataError("validation", `${what}: two have the external_id ${JSON.stringify(id)}`);
    seen.add(id);
  }
}

function checkItem(item: GivenItem, at: string): Item {
  refuseBlanks(item, ["external_id", "title", "author"], at);
  const { external_id, title, author, status } = item;
  const created_at = checkTime(item.created_at, `${at}.created_at`);
  const updated_at = checkTime(item.updated_at, `${at}.updated_at`);
  if (updated_at < created_at) throw invalid(`${at}.updated_at`, "must not be before created_at");
  return {
    external_id,
    title,
    author,
    status,
    created_at,
    updated_at,
    body: item.body ?? "",
    owner: item.owner || null,
    priority: isGiven(item.priority) ? checkPriority(`${at}.priority`, item.priority) : null,
    ...checkClosing(item, created_at, at),
    labels: checkItemLabels(item.labels, at),
    comments: item.comments.map((comment, i) => checkComment(comment, `${at}.comments.${i}`)),
    links: checkLinks(item, at),
  };
}

function checkClosing({ status, closed_reason, closed_at }: GivenItem, createdAt: string, at: string) {
  if (status === "open") {
    if (isGiven(closed_at) || isGiven(closed_reason)) throw invalid(at, "an open issue has no closed_at and no closed_reason");
    return { closed_reason: null, closed_at: null };
  }
  if (!isGiven(closed_at)) throw invalid(`${at}.closed_at`, "is required for a closed issue");
  const time = checkTime(closed_at, `${at}.closed_at`);
  if (time < createdAt) throw invalid(`${at}.closed_at`, "must not be before created_at");
  return { closed_reason: closed_reason ?? null, closed_at: time };
}

function checkItemLabels(labels: readonly string[], at: string): string[] {
  try {
    return checkLabels(labels);
  } catch (error) {
    throw error instanceof KataError ? new KataError("validation", `${at}.${error.message}`, { hint: error.hint }) : error;
  }
}

function checkComment(comment: GivenComment, at: string): GivenComment {
  refuseBlanks(comment, ["external_id", "author", "body"], at);
  return { ...comment, created_at: checkTime(comment.created_at, `${at}.created_at`) };
}

function checkLinks({ external_id, links }: GivenItem, at: string): ItemLink[] {
  const distinct = new Map(links.map((link) => [`${link.type} ${link.target_external_id}`, link]));
  for (const [i, { target_external_id }] of links.entries()) {
    if (isBlank(target_external_id)) throw invalid(`${at}.links.${i}.target_external_id`, "must not be blank");
    if (target_external_id === external_id) throw invalid(`${at}.links.${i}`, "an issue can't be linked to itself");
  }
  const found = [...distinct.values()];
  if (found.filter(({ type }) => type === "parent").length > 1) throw invalid(`${at}.links`, "an issue has one parent at most");
  return found;
}

const isGiven = <T>(value: Maybe<T>): value is T => value !== null && value !== undefined;
const invalid = (member: string, rule: string) => new KataError("validation", `${member}: ${rule}`);

function refuseBlanks<Name extends string>(texts: Readonly<Record<Name, string>>, names: readonly Name[], at: string): void {
  for (const name of names) if (isBlank(texts[name])) throw invalid(`${at}.${name}`, "must not be blank");
}

function checkTime(text: string, member: string): string {
  const time = parseTime(text);
  if (time === undefined) throw invalid(member, `must be a time such as 2026-05-01T12:00:00Z, not ${JSON.stringify(text)}`);
  return time;
}
