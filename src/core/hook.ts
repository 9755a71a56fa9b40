import type { Issue, ProjectAlias } from "../api/shapes.ts";
import type { EventType, StoredEvent } from "./event.ts";

/** What a hook may be run for (cli.md §6.1). */
export const hookable = [
  "issue.created",
  "issue.updated",
  "issue.closed",
  "issue.reopened",
  "issue.commented",
  "issue.linked",
  "issue.unlinked",
  "issue.labeled",
  "issue.unlabeled",
  "issue.assigned",
  "issue.unassigned",
  "issue.priority_set",
  "issue.priority_cleared",
  "issue.soft_deleted",
  "issue.restored",
  "issue.links_changed",
  "close.throttled",
] as const satisfies readonly EventType[];

/** A program that is run for events. */
export type Hook = {
  /** A hookable type, `issue.*` or `*`. */
  event: string;
  /** An absolute path, or a name that is looked for on the PATH. */
  command: string;
  args: readonly string[];
  timeout_ms: number;
  /** Where it runs; KATA_HOME if nothing is said. */
  working_dir: string | undefined;
  env: Readonly<Record<string, string>>;
};

/** What all hooks have in common. */
export type HookLimits = {
  pool_size: number;
  queue_cap: number;
  output_disk_cap: number;
  runs_log_max: number;
  runs_log_keep: number;
  queue_full_log_interval_ms: number;
};

const several: Readonly<Record<string, readonly string[]>> = {
  "*": hookable,
  "issue.*": hookable.filter((type) => type.startsWith("issue.")),
};

/** The types of events that a hook is run for. */
export function typesOf({ event }: Pick<Hook, "event">): readonly string[] {
  return several[event] ?? [event];
}

/**
 * What each hook's place in the log is kept under: what it runs and for which events, so that another order in the file, or
 * another timeout or environment, leaves it where it is. Hooks that are alike in that are told apart by their order.
 */
export function hookKeys(hooks: readonly Hook[]): string[] {
  const seen = new Map<string, number>();
  return hooks.map(({ event, command, args, working_dir }) => {
    const definition = JSON.stringify([event, command, args, working_dir ?? null]);
    const nth = seen.get(definition) ?? 0;
    seen.set(definition, nth + 1);
    return new Bun.CryptoHasher("sha256").update(JSON.stringify([definition, nth])).digest("hex");
  });
}

/** What a hook is told of: an event, and what it is about as that is now. */
export type HookFacts = {
  event: StoredEvent;
  issue: Pick<Issue, "uid" | "short_id" | "title" | "status" | "owner" | "author"> | undefined;
  labels: readonly string[];
  /** Of the project's aliases the one that was seen last. */
  alias: Pick<ProjectAlias, "alias_identity" | "alias_kind" | "root_path"> | undefined;
  comment_body: string | undefined;
};

/** What a hook's environment has of the event. */
export function hookVariables({ event, alias }: HookFacts): Record<string, string> {
  const variables: Record<string, string> = {
    KATA_HOOK_VERSION: "1",
    KATA_EVENT_ID: String(event.id),
    KATA_EVENT_TYPE: event.type,
    KATA_ACTOR: event.actor,
    KATA_CREATED_AT: event.created_at,
    KATA_PROJECT_ID: String(event.project_id),
    KATA_PROJECT_NAME: event.project_name,
    ...(event.issue_uid !== null && { KATA_ISSUE_UID: event.issue_uid }),
    ...(alias && { KATA_ALIAS_IDENTITY: alias.alias_identity, KATA_ROOT_PATH: alias.root_path }),
  };
  // No variable can hold a NUL.
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, value.replaceAll("\0", "")]));
}
