/** What the audit reads of a close or of a refused one, oldest first. */
export type AuditEvent = { type: string; actor: string; issue_uid: string | null; payload: string };

/** Which closes came after a throttled try by the same actor; any close of the issue settles the tries before it. */
export function throttledCloses<E extends AuditEvent>(events: readonly E[]): Set<E> {
  const pending = new Map<string, Set<string>>();
  const found = new Set<E>();
  for (const event of events) {
    const issue = event.issue_uid ?? "";
    if (event.type === "close.throttled") {
      pending.set(issue, (pending.get(issue) ?? new Set()).add(event.actor));
      continue;
    }
    if (pending.get(issue)?.has(event.actor)) found.add(event);
    pending.delete(issue);
  }
  return found;
}
