import type { BunRequest } from "bun";
import { readCookie, setCookie } from "./cookies.ts";
import { OVER, sessionOf, signedOut } from "./guards.ts";
import { Refused } from "./kata.ts";
import { log } from "./log.ts";
import { problemPage, welcomePage } from "./pages.ts";
import { actorOf } from "./people.ts";
import { page, seeOther } from "./responses.ts";
import type { Session } from "./sessions.ts";
import type { Web } from "./web.ts";

/** Sends the browser to the provider. */
export async function beginSignIn({ provider, settings }: Web, request: BunRequest): Promise<Response> {
  const { id, url } = await provider.begin();
  setCookie(request, "attempt", settings.url, id);
  return seeOther(url);
}

/** Takes the browser back from the provider: from a user to an actor, to a token, to a session. */
export async function finishSignIn(web: Web, request: BunRequest): Promise<Response> {
  const { provider, sessions, settings } = web;
  const attempt = readCookie(request, "attempt", settings.url);
  setCookie(request, "attempt", settings.url, undefined);
  const claims = await provider.finish(attempt, new URL(request.url).search);
  const actor = actorOf(claims, settings.people);
  if (actor === undefined) {
    log(`a user without an actor was refused: sub ${claims.sub}`);
    return page(
      problemPage(
        "You have no account here",
        "The provider knows you, but nobody said which kata actor you are. Ask whoever runs this application.",
      ),
      403,
    );
  }
  const before = sessionOf(web, request);
  if (before) await sessions.end(before, "gives way to another");
  try {
    const session = await sessions.begin(actor);
    setCookie(request, "session", settings.url, session.id);
    return seeOther("/");
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    log(`no token for ${actor}: ${error.code}: ${error.message}`);
    return page(problemPage("kata gave you no session", "Whoever runs this application finds the reason in its log."), 502);
  }
}

/** Ends the session, and its token. */
export async function signOut({ sessions, settings }: Web, request: BunRequest, session: Session): Promise<Response> {
  await sessions.end(session, "was ended by its user");
  setCookie(request, "session", settings.url, undefined);
  return seeOther("/?signed-out");
}

/** The first page of whoever is not signed in. After signing out it leads to the provider, which may know the user still. */
export async function welcome(web: Web, request: BunRequest): Promise<Response> {
  const { searchParams } = new URL(request.url);
  if (searchParams.has("over")) return page(welcomePage(web.settings.project, OVER), 401);
  if (!searchParams.has("signed-out")) return signedOut(web, request);
  const there = await web.provider.signOutUrl();
  return page(welcomePage(web.settings.project, { kind: "done", text: "You are signed out." }, there?.href));
}
