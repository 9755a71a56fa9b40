import { isShortId } from "./short-id.ts";
import { isUlid } from "./ulid.ts";

/** How an issue is named: by its ULID, or by a short id, perhaps with its project's name (http-api.md §2). */
export type Ref = { uid: string } | { short_id: string; project?: string };

/** Reads a ref in any case; undefined when it can't be one. */
export function parseRef(text: string): Ref | undefined {
  const upper = text.toUpperCase();
  if (isUlid(upper)) return { uid: upper };
  const at = text.lastIndexOf("#");
  const short_id = text.slice(at + 1).toLowerCase();
  if (!isShortId(short_id)) return undefined;
  if (at < 0) return { short_id };
  const project = text.slice(0, at);
  return project === "" ? undefined : { short_id, project };
}

/** Writes a ref so that `parseRef` reads the same again. */
export function printRef(ref: Ref): string {
  if ("uid" in ref) return ref.uid;
  return ref.project === undefined ? ref.short_id : qualifiedId(ref.project, ref.short_id);
}

/** For who names an issue by the start of its id, which is enough to read it. */
export function wholeIdHint(project: { name: string }, issue: { short_id: string }): string {
  return `A change wants the whole id: ${qualifiedId(project.name, issue.short_id)}.`;
}

export function qualifiedId(project: string, shortId: string): string {
  return `${project}#${shortId}`;
}
