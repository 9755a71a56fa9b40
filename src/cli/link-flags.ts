import { LocalError } from "../core/error.ts";
import { contradictionIn, hasLinks, type LinkChanges, PEER_ROLES } from "../core/link.ts";
import { type Args, dashed, type Flags } from "./args.ts";
import type { Bound } from "./command.ts";
import { checkPeer, checkRef } from "./refs.ts";

/** The flags that add links and take them away. */
export const linkFlags = {
  parent: { kind: "list", value: "REF", help: "the issue that this one is a part of" },
  blocks: { kind: "list", value: "REF", help: "issues that wait for this one" },
  blocked_by: { kind: "list", value: "REF", help: "issues that this one waits for" },
  related: { kind: "list", value: "REF", help: "issues that have to do with this one" },
  remove_parent: { kind: "list", value: "REF", help: "take it from this parent" },
  remove_blocks: { kind: "list", value: "REF", help: "issues that no longer wait for this one" },
  remove_blocked_by: { kind: "list", value: "REF", help: "issues that this one no longer waits for" },
  remove_related: { kind: "list", value: "REF", help: "issues that no longer have to do with this one" },
} as const satisfies Flags;

type Given = Args<never, typeof linkFlags>;

/** Whether the flags ask for anything; refuses what can't be meant, before anything is sent. */
export function checkLinks(given: Given): boolean {
  for (const flag of ["parent", "remove_parent"] as const) checkParents(dashed(flag), given[flag]);
  const delta = deltaOf(given, idOf);
  const contradiction = contradictionIn(delta);
  if (!contradiction) return hasLinks(delta);
  const { add, remove, ref } = contradiction;
  if (add === "set_parent") {
    const hint = "--parent alone replaces the parent.";
    throw new LocalError("validation", "--parent and --remove-parent can't be used together.", hint);
  }
  throw new LocalError(
    "validation",
    `${ref} is given to ${dashed(add.slice("add_".length))} and to ${dashed(remove)}.`,
    "Leave it out of one.",
  );
}

/** Refuses several parents; the same one may be named twice, in whichever way. */
export function checkParents(flag: string, refs: readonly string[] | undefined): void {
  const parents = [...new Set(refs?.map(idOf))];
  if (parents.length > 1)
    throw new LocalError("validation", `${flag}: an issue has one parent, not ${parents.join(" and ")}.`, "Name one.");
}

/** What the flags ask for, as it goes to the daemon, for an issue of this project. */
export function linksDelta(given: Given, project: Bound) {
  return deltaOf(given, (ref) => checkPeer(ref, project));
}

function deltaOf(given: Given, read: (ref: string) => string) {
  const list = (refs: readonly string[] | undefined) => [...new Set(refs?.map(read))];
  return {
    set_parent: list(given.parent)[0],
    remove_parent: list(given.remove_parent)[0],
    add_blocks: list(given.blocks),
    add_blocked_by: list(given.blocked_by),
    add_related: list(given.related),
    remove_blocks: list(given.remove_blocks),
    remove_blocked_by: list(given.remove_blocked_by),
    remove_related: list(given.remove_related),
  };
}

/** Links stay within a project, so that its name makes no difference. */
function idOf(text: string): string {
  const ref = checkRef(text);
  return "uid" in ref ? ref.uid : ref.short_id;
}

/** What became of the links, each as the mutation line names it (cli.md §2.1). */
export function linkItems(changes: LinkChanges): string[] {
  const { parent_set: set, parent_removed: removed } = changes;
  const items: string[] = [];
  if (set && removed) items.push(`parent ${removed.short_id}→${set.short_id}`);
  else if (set) items.push(`+parent ${set.short_id}`);
  else if (removed) items.push(`-parent ${removed.short_id}`);
  for (const role of PEER_ROLES) {
    items.push(...(changes[`${role}_added`] ?? []).map(({ short_id }) => `+${role} ${short_id}`));
    items.push(...(changes[`${role}_removed`] ?? []).map(({ short_id }) => `-${role} ${short_id}`));
  }
  return items;
}
