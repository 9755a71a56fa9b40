import type { AuditRow } from "../api/audits.ts";
import { throttledCloses } from "../core/audit.ts";
import type { StoredEvent } from "../core/event.ts";
import type { Evidence } from "../core/evidence.ts";
import { closeEvents, shortIdsOf } from "../store/closes.ts";
import type { Db } from "../store/db.ts";
import { findIssueAt } from "../store/issues.ts";
import { parentsOf } from "../store/links.ts";
import { projectAt } from "../store/projects.ts";
import type { App } from "./app.ts";

export type AuditFilter = {
  project_id: number;
  since?: string | undefined;
  until?: string | undefined;
  actor?: string | undefined;
  parent?: string | undefined;
  reason?: string | undefined;
  no_evidence?: boolean | undefined;
};

type Payload = { reason?: string; message?: string; evidence?: Evidence[]; parent_uid?: string; parent_short_id?: string };

/** A project's closes, oldest first, with what is suspicious about them (http-api.md §15). */
export async function auditCloses(app: App, filter: AuditFilter): Promise<AuditRow[]> {
  return app.db.read(async (db) => {
    const project = await projectAt(db, filter.project_id);
    const events = await closeEvents(db, project.id);
    const flagged = throttledCloses(events);
    const closes = events.filter((event) => event.type === "issue.closed" && isWithin(event, filter));
    const parentOf = await parents(db, closes);
    const parent = filter.parent === undefined ? undefined : ((await findIssueAt(db, project, filter.parent))?.short_id ?? null);
    return closes
      .map((event) => rowOf(event, parentOf(event), flagged.has(event)))
      .filter((row) => (filter.reason === undefined || row.reason === filter.reason) && (parent === undefined || row.parent === parent))
      .filter(({ flags = [] }) => !filter.no_evidence || flags.includes("no-evidence"));
  });
}

function isWithin({ created_at, actor }: StoredEvent, filter: AuditFilter): boolean {
  if (filter.since !== undefined && created_at < filter.since) return false;
  if (filter.until !== undefined && created_at > filter.until) return false;
  return filter.actor === undefined || actor === filter.actor;
}

const payloadOf = (event: StoredEvent): Payload => JSON.parse(event.payload) as Payload;

/** The parent of a close: by the event, under its present short id, or for events without one by its present link. */
async function parents(db: Db, closes: readonly StoredEvent[]): Promise<(event: StoredEvent) => string | undefined> {
  const payloads = closes.map(payloadOf);
  const uids = [...new Set(payloads.flatMap(({ parent_uid }) => parent_uid || []))];
  const old = closes.flatMap(({ issue_id }, i) => (payloads[i]?.parent_uid === undefined && issue_id !== null ? [issue_id] : []));
  const byUid = new Map((await shortIdsOf(db, uids)).map(({ uid, short_id }) => [uid, short_id]));
  const live = new Map((await parentsOf(db, old)).map(({ issue_id, short_id }) => [issue_id, short_id]));
  return (event) => {
    const { parent_uid, parent_short_id } = payloadOf(event);
    if (parent_uid) return byUid.get(parent_uid) ?? parent_short_id;
    return parent_short_id || (parent_uid === undefined ? live.get(event.issue_id ?? 0) : undefined);
  };
}

function rowOf(event: StoredEvent, parent: string | undefined, isThrottled: boolean): AuditRow {
  const { reason = "", message, evidence = [] } = payloadOf(event);
  const flags = [
    ...(evidence.length === 0 && reason !== "wontfix" ? ["no-evidence" as const] : []),
    ...(isThrottled ? ["throttled" as const] : []),
  ];
  return {
    time: event.created_at.replace(/\.\d+Z$/, "Z"),
    actor: event.actor,
    issue: event.issue_short_id ?? "",
    ...(parent && { parent }),
    reason,
    ...(evidence.length > 0 && { evidence_types: evidence.map(({ type }) => type) }),
    ...(flags.length > 0 && { flags }),
    ...(message && { message }),
  };
}
