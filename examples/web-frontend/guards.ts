import type { BunRequest } from "bun";
import { readCookie, setCookie } from "./cookies.ts";
import { Refused, Unreachable } from "./kata.ts";
import { log } from "./log.ts";
import { againForm, type Notice, problemPage, type Viewer, welcomePage } from "./pages.ts";
import { NoProvider, NotSignedIn } from "./provider.ts";
import { page } from "./responses.ts";
import { newId, type Session } from "./sessions.ts";
import type { Web } from "./web.ts";

type Handler<R> = (request: R) => Promise<Response>;

/** Tokens against forged forms are signed with this, for one session each; they end with the process, as the sessions do. */
const secret = newId();

export const OVER: Notice = { kind: "refused", text: "Your session is over.", hint: "Sign in again to go on." };

export function viewerOf({ id, actor }: Session): Viewer {
  return { actor, csrf: Bun.CSRF.generate(secret, { sessionId: id, expiresIn: 0 }) };
}

/** For everybody; what goes wrong becomes a page. */
export function open<R extends BunRequest>(web: Web, answer: (web: Web, request: R) => Promise<Response>): Handler<R> {
  return async (request) => {
    try {
      return await answer(web, request);
    } catch (error) {
      return pageOf(error);
    }
  };
}

/** For whoever is signed in. A session whose token the daemon no longer takes is over. */
export function signedIn<R extends BunRequest>(
  web: Web,
  answer: (web: Web, request: R, session: Session) => Promise<Response>,
): Handler<R> {
  return open(web, async (_, request) => {
    const session = sessionOf(web, request);
    if (!session) return signedOut(web, request);
    try {
      return await answer(web, request, session);
    } catch (error) {
      if (!(error instanceof Refused && error.isAboutToken)) throw error;
      await web.sessions.end(session, "is over for the daemon");
      return signedOut(web, request);
    }
  });
}

/** For a form of ours, sent by whoever is signed in: no other site can send one in their name. */
export function posted<R extends BunRequest>(
  web: Web,
  answer: (web: Web, request: R, session: Session, form: URLSearchParams) => Promise<Response>,
): Handler<R> {
  return signedIn(web, async (_, request, session) => {
    const form = new URLSearchParams(await request.text());
    if (!isOurs(web, request, session, form)) {
      log(`a forged form was refused: ${new URL(request.url).pathname}`);
      return page(
        problemPage("This form was not sent from here", "Nothing was changed. Open the page anew, and send its form.", viewerOf(session)),
        403,
      );
    }
    try {
      return await answer(web, request, session, form);
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      log(`${error.message}: ${String(error.cause)}`);
      const text = "kata does not answer, so nobody knows whether this was carried out. You can send it once more: it is carried out once.";
      const again = againForm(new URL(request.url).pathname, viewerOf(session), form);
      return page(problemPage("kata does not answer", text, viewerOf(session), again), 503);
    }
  });
}

export function sessionOf({ sessions, settings }: Web, request: BunRequest): Session | undefined {
  return sessions.find(readCookie(request, "session", settings.url));
}

/** The page for whoever is not signed in, which says so to those who were. */
export function signedOut({ settings }: Web, request: BunRequest): Response {
  const wasIn = readCookie(request, "session", settings.url) !== null;
  if (wasIn) setCookie(request, "session", settings.url, undefined);
  const isFirstPage = new URL(request.url).pathname === "/" && !wasIn;
  return page(welcomePage(settings.project, wasIn ? OVER : undefined), isFirstPage ? 200 : 401);
}

function isOurs({ settings }: Web, request: BunRequest, session: Session, form: URLSearchParams): boolean {
  const origin = request.headers.get("origin");
  if (origin !== null && origin !== settings.url.origin) return false;
  const token = form.get("csrf");
  return Boolean(token) && Bun.CSRF.verify(token ?? "", { secret, sessionId: session.id, maxAge: settings.session_s * 1_000 });
}

function pageOf(error: unknown): Response {
  if (error instanceof NotSignedIn) {
    log(`a sign-in was refused: ${error.message} ${String(error.cause ?? "")}`);
    return page(problemPage("You are not signed in", `${error.message} Begin again from the first page.`), 400);
  }
  if (error instanceof NoProvider) {
    log(`${error.message}: ${String(error.cause)}`);
    return page(
      problemPage("Signing in is not possible just now", "The provider that knows you does not answer. Try again in a minute."),
      503,
    );
  }
  if (error instanceof Unreachable) {
    log(`${error.message}: ${String(error.cause)}`);
    return page(problemPage("kata does not answer", "The issues can't be reached just now. Try again in a minute."), 503);
  }
  if (error instanceof Refused)
    return page(problemPage("kata refused this", [error.message, error.hint].filter(Boolean).join(" ")), error.status);
  log(`a fault of this application: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return page(problemPage("Something went wrong here", "It was written down for whoever runs this application."), 500);
}
