import type { BunRequest } from "bun";
import { type Closing, type Draft, evidenceMembers } from "./board.ts";
import { viewerOf } from "./guards.ts";
import { Refused } from "./kata.ts";
import { boardPage, issueList, issuePage, type Notice, problemPage } from "./pages.ts";
import { page, seeOther, stream } from "./responses.ts";
import type { Session } from "./sessions.ts";
import type { Web } from "./web.ts";

export async function showBoard(web: Web, request: BunRequest, session: Session): Promise<Response> {
  return boardWith(web, session, {
    draft: { title: "", body: "", key: Bun.randomUUIDv7(), force_new: false },
    notice: doneBefore(request),
  });
}

/** What the request before this one did, as its redirect says. */
function doneBefore(request: BunRequest): Notice | undefined {
  const [what, ref = ""] = [...new URL(request.url).searchParams].find(([name]) => name === "created" || name === "closed") ?? [];
  return what !== undefined && /^[0-9a-z]{4,26}$/.test(ref) ? { kind: "done", text: `Issue ${ref} was ${what}.` } : undefined;
}

type With = { draft: Draft; isLookalike?: boolean; notice?: Notice | undefined };

async function boardWith({ board }: Web, session: Session, more: With, status = 200): Promise<Response> {
  const { plaintext } = session.token;
  // The cursor first: what happens between the two is in the list, and told once more.
  const cursor = await board.latestEvent(plaintext);
  const issues = await board.openIssues(plaintext);
  return page(boardPage({ project: board.project, viewer: viewerOf(session), issues, cursor, ...more }), status);
}

export async function showList({ board }: Web, _: BunRequest, session: Session): Promise<Response> {
  return page(issueList(await board.openIssues(session.token.plaintext)));
}

export async function createIssue(web: Web, _: BunRequest, session: Session, form: URLSearchParams): Promise<Response> {
  const text = (name: string) => form.get(name) ?? "";
  const draft = {
    title: text("title"),
    body: text("body"),
    key: text("key") || Bun.randomUUIDv7(),
    force_new: text("force_new") === "yes",
  };
  try {
    const { short_id } = await web.board.create(session.token.plaintext, draft);
    return seeOther(`/?created=${short_id}`);
  } catch (error) {
    const notice = noticeOf(error);
    const isLookalike = error instanceof Refused && error.code === "duplicate_candidates";
    // Another draft than the one that a key was used for wants another key.
    return boardWith(web, session, { draft: { ...draft, key: Bun.randomUUIDv7() }, isLookalike, notice }, 422);
  }
}

export async function showIssue(web: Web, request: BunRequest<"/issues/:ref">, session: Session): Promise<Response> {
  return issueWith(web, session, request.params.ref, { reason: "done", message: "", evidence_type: "commit", evidence: "" });
}

async function issueWith({ board }: Web, session: Session, ref: string, closing: Closing, notice?: Notice): Promise<Response> {
  const { issue, comments } = await board.show(session.token.plaintext, ref);
  const viewer = viewerOf(session);
  return page(issuePage({ project: board.project, viewer, issue, comments, closing, notice }), notice ? 422 : 200);
}

export async function closeIssue(
  web: Web,
  request: BunRequest<"/issues/:ref/close">,
  session: Session,
  form: URLSearchParams,
): Promise<Response> {
  const { ref } = request.params;
  const text = (name: string) => form.get(name) ?? "";
  const type = text("evidence_type");
  const evidence_type = Object.hasOwn(evidenceMembers, type) ? (type as Closing["evidence_type"]) : "commit";
  const closing = { reason: text("reason"), message: text("message"), evidence_type, evidence: text("evidence") };
  try {
    await web.board.close(session.token.plaintext, ref, closing);
    return seeOther(`/?closed=${encodeURIComponent(ref)}`);
  } catch (error) {
    return issueWith(web, session, ref, closing, noticeOf(error));
  }
}

/** The browser's stream, from here: it lives no longer than the session. */
export async function streamChanges({ board }: Web, request: BunRequest, session: Session): Promise<Response> {
  const after = request.headers.get("last-event-id") ?? new URL(request.url).searchParams.get("after") ?? "0";
  if (!/^\d{1,15}$/.test(after))
    return page(problemPage("This is no event's id", `"${after}" is no whole number.`, viewerOf(session)), 400);
  const signal = AbortSignal.any([request.signal, session.ended.signal]);
  return stream(await board.follow(session.token.plaintext, after, signal));
}

/** What the daemon has against it, to be shown beside the form; what is about the token, or no refusal at all, goes on. */
function noticeOf(error: unknown): Notice {
  if (error instanceof Refused && !error.isAboutToken) return { kind: "refused", text: error.message, hint: error.hint };
  throw error;
}
