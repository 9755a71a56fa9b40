import { open, posted, sessionOf, signedIn } from "./guards.ts";
import { closeIssue, createIssue, showBoard, showIssue, showList, streamChanges } from "./issues.ts";
import { problemPage } from "./pages.ts";
import { file, page } from "./responses.ts";
import { beginSignIn, finishSignIn, signOut, welcome } from "./sign-in.ts";
import { CALLBACK, type Web } from "./web.ts";

const LARGEST_FORM = 1 << 20;
/** Above the five seconds after which the daemon's streams are heard of at the latest. */
const IDLE_S = 30;

/** Everything that a browser can ask for. */
export function serve(web: Web) {
  return Bun.serve({
    ...web.settings.listen,
    // Two processes at one port would each know half of the sessions.
    reusePort: false,
    development: false,
    idleTimeout: IDLE_S,
    maxRequestBodySize: LARGEST_FORM,
    routes: {
      "/": { GET: (request) => (sessionOf(web, request) ? signedIn(web, showBoard)(request) : open(web, welcome)(request)) },
      "/list": { GET: signedIn(web, showList) },
      "/events": { GET: signedIn(web, streamChanges) },
      "/issues": { POST: posted(web, createIssue) },
      "/issues/:ref": { GET: signedIn(web, showIssue) },
      "/issues/:ref/close": { POST: posted(web, closeIssue) },
      "/sign-in": { GET: open(web, beginSignIn) },
      [CALLBACK]: { GET: open(web, finishSignIn) },
      "/sign-out": { POST: posted(web, signOut) },
      "/style.css": { GET: () => file("style.css", "text/css") },
      "/live.js": { GET: () => file("live.js", "text/javascript") },
    },
    fetch: () => page(problemPage("There is nothing here", "The address is wrong, or what was there is gone."), 404),
  });
}
