import type { Issue, Project } from "../api/shapes.ts";
import { KataError } from "../core/error.ts";
import { toWireEvent } from "../core/event.ts";
import { fingerprintText, formerFingerprintText } from "../core/fingerprint.ts";
import { qualifiedId } from "../core/ref.ts";
import { isoTime } from "../core/time.ts";
import type { Db } from "../store/db.ts";
import { findCreation } from "../store/events.ts";
import { findIssue } from "../store/issues.ts";
import { findProject } from "../store/projects.ts";
import type { Created, Draft } from "./create.ts";

const REMEMBERED_MS = 7 * 24 * 60 * 60 * 1_000;

/**
 * What a used idempotency key answers: the issue that it made, or a refusal. For an unused key its fingerprint; undefined
 * without a key (data-model.md §5). Inside the transaction of the create, so that two at once make one issue.
 */
export async function replayOf(
  tx: Db,
  project: Project,
  draft: Draft,
  now: string,
): Promise<Created | { fingerprint: string } | undefined> {
  const { idempotency_key: key } = draft;
  if (key === undefined) return undefined;
  const links = draft.given_links.map(({ type, to, incoming }) => ({ type, to_id: to.id, incoming }));
  const request = { ...draft, labels: draft.given_labels, links };
  const fingerprint = sha256(fingerprintText(request));
  const creation = await findCreation(tx, project.id, key, isoTime(new Date(Date.parse(now) - REMEMBERED_MS)));
  const issue = creation?.issue_id == null ? undefined : await findIssue(tx, creation.issue_id);
  if (!creation || !issue) return { fingerprint };

  const { uid, short_id } = issue;
  // It may have moved since.
  const { name } = (await findProject(tx, issue.project_id)) ?? project;
  const data = { uid, short_id, qualified_id: qualifiedId(name, short_id) };
  const { idempotency_fingerprint } = JSON.parse(creation.payload) as { idempotency_fingerprint?: string };
  if (idempotency_fingerprint !== fingerprint && idempotency_fingerprint !== sha256(formerFingerprintText(request))) {
    throw new KataError(
      "idempotency_mismatch",
      `The idempotency key ${JSON.stringify(key)} was used for ${data.qualified_id}, which was created from another request.`,
      {
        hint: "Use another key for another issue, or send the same request again.",
        data,
      },
    );
  }
  if (issue.deleted_at !== undefined) throw deleted(key, issue, data);
  const { issue_short_id: _, ...original } = toWireEvent(creation);
  return { issue, event: null, original_event: original, changed: false, reused: true };
}

function deleted(key: string, issue: Issue, data: { qualified_id: string }): KataError {
  return new KataError(
    "idempotency_deleted",
    `The idempotency key ${JSON.stringify(key)} was used for ${data.qualified_id}, which was deleted.`,
    {
      hint: `\`kata restore ${issue.short_id}\` brings it back; for another issue use another key.`,
      data,
    },
  );
}

function sha256(text: string): string {
  return new Bun.CryptoHasher("sha256").update(text).digest("hex");
}
