import { afterAll, beforeAll, expect, test } from "bun:test";
import { freePort } from "../free-port.ts";
import { Browser } from "./browser.ts";
import { BOOTSTRAP, Site, startProvider, until } from "./site.ts";
import { CLIENT } from "./users.ts";

const HTTPS = "https://issues.example.test";
const MESSAGE = "The cookie was dropped by a redirect; it is sent again now.";
const CALLBACK = "/sign-in/callback";

let provider: Awaited<ReturnType<typeof startProvider>>;
let place = "";
let url = "";

beforeAll(async () => {
  const port = await freePort();
  place = `127.0.0.1:${port}`;
  // By another name than the provider's: cookies know no ports.
  url = `http://localhost:${port}`;
  provider = await startProvider([url + CALLBACK, HTTPS + CALLBACK]);
});
afterAll(() => provider[Symbol.asyncDispose]());

const started = (settings: Record<string, string> = {}) =>
  Site.start({ WEB_URL: url, WEB_LISTEN: place, OIDC_ISSUER: provider.issuer, ...settings });
const signedIn = (login = "ada") => new Browser().signIn(url, login);
const statesOf = async (site: Site) => (await site.tokens()).map(({ actor, state }) => `${actor} ${state}`);

test("whoever signs in is an actor, has a token of their own on the server, and a cookie in the browser", async () => {
  await using site = await started();
  const browser = await new Browser().open(url);
  expect([browser.status, browser.text]).toEqual([200, expect.stringContaining('href="/sign-in"')]);
  expect(await site.tokens()).toEqual([]);

  await browser.signIn(url, "ada");
  expect([browser.status, browser.url.pathname]).toEqual([200, "/"]);
  expect(browser.text).toContain("Signed in as <b>ada</b>");
  const tokens = await site.tokens();
  expect(tokens).toMatchObject([{ actor: "ada", state: "live", name: `web session at ${new URL(url).host}` }]);
  const hours = (Date.parse(tokens[0]?.expires_at ?? "") - Date.now()) / 3_600_000;
  expect(hours).toBeGreaterThan(7.9);
  expect(hours).toBeLessThan(8.1);
  expect(browser.cookie("session")).toMatch(/^[\w-]{43}$/);
  expect(browser.received).toMatch(/^set-cookie: session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/m);

  const other = await signedIn("grace");
  expect(other.text).toContain("Signed in as <b>grace</b>");
  expect(await statesOf(site)).toEqual(["ada live", "grace live"]);
});

test("every page tells the browser to keep nothing, and to run nothing that is not from here", async () => {
  await using _site = await started();
  const browser = await signedIn();
  for (const path of ["/", "/list", "/issues/none", "/nowhere", "/sign-in", "/sign-in/callback", "/events", "/?over"]) {
    const { headers, body } = await browser.fetch(path);
    await body?.cancel();
    expect([path, headers.get("cache-control"), headers.get("x-content-type-options")]).toEqual([path, "no-store", "nosniff"]);
    expect(headers.get("content-security-policy")).toStartWith("default-src 'none'; script-src 'self';");
    expect(headers.get("access-control-allow-origin")).toBeNull();
  }
});

test("behind https its cookies are Secure and of this very host, and the provider sends users back there", async () => {
  await using site = await started({ WEB_URL: HTTPS });
  const browser = await new Browser({ [HTTPS]: `http://${place}` }).signIn(HTTPS, "ada");
  expect([browser.status, browser.url.href]).toEqual([200, `${HTTPS}/`]);
  const cookies = Array.from(browser.received.matchAll(/^set-cookie: (__Host-\w+)=[\w-]{43}; (.*)$/gm), ([, name, rest]) => [name, rest]);
  expect(cookies).toEqual([
    ["__Host-attempt", "Path=/; Secure; HttpOnly; SameSite=Lax"],
    ["__Host-session", "Path=/; Secure; HttpOnly; SameSite=Lax"],
  ]);
  await browser.submit("/issues", { title: "Over https" });
  expect(await site.issues()).toMatchObject([{ title: "Over https", author: "ada" }]);
});

test("what is changed is credited to who signed in, whatever the form says", async () => {
  await using site = await started();
  const browser = await signedIn();
  const forged = { actor: "mallory", author: "mallory", "issue.author": "mallory", as: "mallory" };
  await browser.submit("/issues", { title: "Safari loses the session", body: "Since 17.", ...forged });
  expect([browser.status, browser.text]).toEqual([200, expect.stringMatching(/Issue \w{4} was created\./)]);
  const [issue] = await site.issues();
  expect(issue).toMatchObject({ title: "Safari loses the session", author: "ada", status: "open" });

  const path = `/issues/${issue?.short_id}`;
  await browser.open(path);
  await browser.submit(`${path}/close`, { message: "Done.", evidence: "1a2b3c4", ...forged });
  expect([browser.status, browser.text]).toEqual([422, expect.stringContaining("says nothing.")]);
  await browser.submit(`${path}/close`, { message: MESSAGE, ...forged });
  expect([browser.status, browser.text]).toEqual([200, expect.stringContaining("was closed.")]);
  expect(browser.text).toContain("Nothing is open.");
  expect(JSON.parse(await site.asCleo("events", "--json"))).toMatchObject({
    events: [
      { type: "issue.created", actor: "ada" },
      { type: "issue.closed", actor: "ada", payload: { evidence: [{ type: "commit", sha: "1a2b3c4" }] } },
    ],
  });
  await browser.open(path);
  expect(browser.text).toContain("Closed as done.");
});

test("what looks like another issue is created once its author says that it is none", async () => {
  await using site = await started();
  const browser = await signedIn();
  const body = 'With "quotes" & <tags>';
  await browser.submit("/issues", { title: "Safari loses the session", body });
  await browser.submit("/issues", { title: "Safari loses the session again", body });
  expect([browser.status, browser.text]).toEqual([422, expect.stringContaining('name="force_new"')]);
  expect(await site.issues()).toHaveLength(1);
  await browser.submit("/issues", { force_new: "yes" });
  expect(browser.status).toBe(200);
  expect((await site.issues()).map(({ title }) => title).sort()).toEqual(["Safari loses the session", "Safari loses the session again"]);
  await browser.open(`/issues/${/Issue (\w+) was created/.exec(browser.text)?.[1]}`);
  expect(browser.text).toContain("With &quot;quotes&quot; &amp; &lt;tags&gt;");
});

test("no secret of the server is in anything that a browser gets, nor in the log", async () => {
  await using site = await started();
  const browser = await signedIn();
  const session = browser.cookie("session") ?? "";
  await browser.submit("/issues", { title: "<script>alert(1)</script>" });
  expect(browser.text).not.toContain("<script>alert");
  const stream = await browser.fetch("/events?after=0");
  await site.asCleo("create", "Seen at once");
  let told = "";
  for await (const piece of stream.body ?? []) if ((told += new TextDecoder().decode(piece)).includes('"cleo"')) break;
  browser.received += told;
  for (const path of ["/", "/list", "/issues/none", "/nowhere", "/style.css", "/live.js", "/events?after=x", "/sign-in/callback?code=1"])
    await browser.open(path);
  await browser.open("/");
  await browser.submit("/issues", { title: "" });
  expect(browser.status).toBe(422);
  await browser.submit("/sign-out", { csrf: "" });
  expect(browser.status).toBe(403);
  await browser.open("/");
  await site.kata`daemon stop`;
  await browser.open("/");
  expect(browser.status).toBe(503);
  await site.kata`daemon start`;
  await browser.open("/");
  await browser.submit("/sign-out");
  await browser.open("/");

  const secrets = site.secrets();
  expect(secrets.sort()).toEqual([BOOTSTRAP, expect.stringMatching(/^kata_\w{36}$/)]);
  for (const secret of [...secrets, CLIENT.client_secret]) {
    for (const form of [secret, btoa(secret).slice(0, -4), Buffer.from(secret).toString("hex"), secret.slice(5)]) {
      expect([form, browser.received.includes(form)]).toEqual([form, false]);
      expect([form, site.log.includes(form)]).toEqual([form, false]);
    }
  }
  expect(session).not.toBe("");
  expect(site.log).not.toContain(session);
});

test("signing out revokes the token, and the cookie is worth nothing any more", async () => {
  await using site = await started();
  const browser = await signedIn();
  const session = browser.cookie("session") ?? "";
  await browser.submit("/sign-out");
  expect([browser.status, browser.text]).toEqual([200, expect.stringContaining("You are signed out.")]);
  expect(browser.text).toContain(`href="${provider.issuer}/session/end`);
  expect(browser.cookie("session")).toBeUndefined();
  expect(await statesOf(site)).toEqual(["ada revoked"]);

  const thief = new Browser();
  thief.plant(new URL(url).host, "session", session);
  await thief.open(url);
  expect([thief.status, thief.text]).toEqual([401, expect.stringContaining("Your session is over.")]);
  expect(thief.cookie("session")).toBeUndefined();
  expect((await thief.fetch("/list")).status).toBe(401);
});

test("a session whose token is revoked ends cleanly, and its streams with it", async () => {
  await using site = await started();
  const browser = await signedIn();
  const { body } = await browser.fetch("/events?after=0");
  const ended = new Response(body).text();
  const [token] = await site.tokens();
  await site.kata`tokens revoke ${token?.id ?? 0}`;
  await ended;
  await browser.submit("/issues", { title: "Too late" });
  expect([browser.status, browser.text]).toEqual([401, expect.stringContaining("Your session is over.")]);
  expect(browser.cookie("session")).toBeUndefined();
  expect(site.log).toContain("the session of ada is over for the daemon");
  expect((await browser.open(url)).status).toBe(200);
  expect(await site.issues()).toEqual([]);
  await browser.signIn(url, "ada");
  expect(await statesOf(site)).toEqual(["ada revoked", "ada live"]);
});

test("a session that is over after its time is revoked, and the stream that it has open ends", async () => {
  await using site = await started({ WEB_SESSION_SECONDS: "2" });
  const browser = await signedIn();
  expect(await (await browser.fetch("/events?after=0")).text()).not.toContain("event:");
  await until(async () => (await statesOf(site)).join() === "ada revoked", "the token is revoked");
  expect((await browser.open(url)).status).toBe(401);
});

test("the tokens of all sessions are revoked when the server ends, and those of one that was killed when it starts again", async () => {
  await using site = await started();
  await signedIn();
  const browser = await signedIn("grace");
  const stream = await browser.fetch("/events?after=0");
  expect(await site.stop("SIGTERM")).toBe(0);
  await stream.text().catch(() => "cut");
  expect(await statesOf(site)).toEqual(["ada revoked", "grace revoked"]);

  await site.run();
  await signedIn();
  await site.stop("SIGKILL");
  expect(await statesOf(site)).toEqual(["ada revoked", "grace revoked", "ada live"]);
  await site.run();
  await until(async () => !(await statesOf(site)).includes("ada live"), "what was left is revoked");
  expect(JSON.stringify((await site.kata`tokens list --json`).json())).toContain('"name":"laptop"');
  expect(await site.asCleo("list")).toBe("");
});

test("what comes back from the provider counts only in the browser that asked, once, and as it was asked", async () => {
  await using site = await started();
  const refused = async (browser: Browser, address: string | URL) => {
    await browser.open(address);
    expect([browser.status, browser.text]).toEqual([400, expect.stringContaining("You are not signed in")]);
    expect(browser.cookie("session")).toBeUndefined();
  };
  const halted = async (changed?: (url: URL) => void) => {
    const browser = new Browser();
    browser.halt = CALLBACK;
    await browser.signIn(url, "ada", changed);
    browser.halt = undefined;
    return browser;
  };
  const without = (browser: Browser, name: string, value?: string) => {
    const address = new URL(browser.url);
    address.searchParams.delete(name);
    if (value !== undefined) address.searchParams.set(name, value);
    return address;
  };

  for (const forged of [undefined, "", "forged"]) {
    const browser = await halted();
    const attempt = browser.cookie("attempt") ?? "";
    const right = without(browser, "nothing");
    await refused(browser, without(browser, "state", forged));
    // The attempt is used up, also for who kept its cookie: the right answer comes too late.
    browser.plant(right.host, "attempt", attempt);
    await refused(browser, right);
  }
  const asked = await halted();
  await refused(new Browser(), asked.url);
  for (const name of ["state", "nonce", "code_challenge"]) {
    const browser = await halted((there) => there.searchParams.set(name, "f".repeat(43)));
    await refused(browser, browser.url);
  }
  const [one, two] = [await halted(), await halted()];
  await refused(one, without(one, "code", two.url.searchParams.get("code") ?? ""));
  const wrong = await halted();
  await refused(wrong, without(wrong, "iss", "https://other.example"));
  const calledOff = await halted();
  const { searchParams } = calledOff.url;
  await refused(calledOff, `${CALLBACK}?error=access_denied&state=${searchParams.get("state")}&iss=${searchParams.get("iss")}`);
  expect(calledOff.text).toContain("The sign-in was called off.");
  expect(await site.tokens()).toEqual([]);

  // The same way, untouched, leads in.
  await asked.open(asked.url);
  expect(asked.text).toContain("Signed in as <b>ada</b>");
});

test("a form that is not this session's own changes nothing", async () => {
  await using site = await started();
  const [browser, other] = [await signedIn(), await signedIn("grace")];
  const [csrf = ""] = other.forms.flatMap(({ fields }) => fields.flatMap(([name, value]) => (name === "csrf" ? [value] : [])));
  const board = browser.forms;
  const attempts: [Record<string, string>, RequestInit][] = [
    [{ csrf: "" }, {}],
    [{ csrf: "forged" }, {}],
    [{ csrf }, {}],
    [{}, { headers: { origin: "https://evil.example" } }],
    [{}, { headers: { origin: "null" } }],
  ];
  for (const [filled, init] of attempts) {
    for (const [action, fields] of [
      ["/issues", { title: "Forged" }],
      ["/sign-out", {}],
    ] as const) {
      browser.forms = board;
      await browser.submit(action, { ...fields, ...filled }, init);
      expect([browser.status, browser.text]).toEqual([403, expect.stringContaining("Nothing was changed.")]);
    }
  }
  await browser.open("/issues", { method: "POST", body: new URLSearchParams({ title: "Forged" }) });
  expect(browser.status).toBe(403);
  for (const path of ["/issues", "/sign-out"]) {
    await browser.open(path);
    expect([path, browser.status]).toEqual([path, 404]);
  }
  expect(await site.issues()).toEqual([]);
  expect(await statesOf(site)).toEqual(["ada live", "grace live"]);
  browser.forms = board;
  await browser.submit("/issues", { title: "Ours" });
  expect(await site.issues()).toMatchObject([{ title: "Ours", author: "ada" }]);
});

test("signing in gives a new id: one that somebody planted before is never worth anything", async () => {
  await using site = await started();
  const { host } = new URL(url);
  const browser = new Browser();
  browser.plant(host, "session", "planted");
  await browser.signIn(url, "ada");
  const own = browser.cookie("session");
  expect(own).toMatch(/^[\w-]{43}$/);
  const planter = new Browser();
  planter.plant(host, "session", "planted");
  expect((await planter.open(url)).status).toBe(401);

  // Somebody's own session, planted in another's browser, ends there.
  const mallory = await signedIn("grace");
  const victim = new Browser();
  victim.plant(host, "session", mallory.cookie("session") ?? "");
  await victim.signIn(url, "ada");
  expect(victim.text).toContain("Signed in as <b>ada</b>");
  expect(victim.cookie("session")).not.toBe(mallory.cookie("session"));
  expect((await mallory.open(url)).status).toBe(401);
  expect(await statesOf(site)).toEqual(["ada live", "grace revoked", "ada live"]);
});

test("who has no actor, or whose address the provider has not verified, gets no session", async () => {
  await using site = await started();
  for (const [login, status] of [
    ["stranger", 403],
    ["mallory", 403],
    ["unknown", 403],
    // The rule would make an actor of him that the daemon keeps for itself.
    ["boot", 502],
  ] as const) {
    const browser = await signedIn(login);
    expect([login, browser.status, browser.cookie("session")]).toEqual([login, status, undefined]);
  }
  expect(await site.tokens()).toEqual([]);
});

test("where the daemon does not answer, a page says so, and what was sent can be sent again", async () => {
  await using site = await started();
  const browser = await signedIn();
  await browser.open("/");
  await site.kata`daemon stop`;
  await browser.submit("/issues", { title: "Sent twice, created once" });
  expect([browser.status, browser.text]).toEqual([503, expect.stringContaining("kata does not answer")]);
  const { forms } = browser;
  for (const path of ["/", "/list", "/events", "/issues/abc4"]) expect([path, (await browser.fetch(path)).status]).toEqual([path, 503]);
  const late = await signedIn("grace");
  expect([late.status, late.cookie("session")]).toEqual([503, undefined]);
  expect(late.text).toContain("kata does not answer");

  expect((await site.kata`daemon start`).exit).toBe(0);
  for (let times = 0; times < 2; times++) {
    browser.forms = forms;
    await browser.submit("/issues");
    expect([browser.status, browser.text]).toEqual([200, expect.stringContaining("was created.")]);
  }
  expect(await site.issues()).toMatchObject([{ title: "Sent twice, created once", author: "ada" }]);

  // Who signs out meanwhile is out, and the token is revoked as soon as that can be.
  await site.kata`daemon stop`;
  await browser.submit("/sign-out");
  expect(browser.text).toContain("You are signed out.");
  await site.kata`daemon start`;
  expect(await statesOf(site)).toEqual(["ada live"]);
  await site.stop("SIGTERM");
  expect(await statesOf(site)).toEqual(["ada revoked"]);
});

test("where the provider does not answer, a page says so", async () => {
  await using _site = await started({ OIDC_ISSUER: `http://127.0.0.1:${await freePort()}` });
  const browser = await new Browser().open(`${url}/sign-in`);
  expect([browser.status, browser.text]).toEqual([503, expect.stringContaining("Signing in is not possible just now")]);
});

test("a stream tells a browser what happens in the project after its page was made, and resumes", async () => {
  await using site = await started();
  for (const title of ["Before", "The second one", "Something else"]) await site.asCleo("create", title);
  await site.asCleo("init", "--project", "other", "--reassign", "--replace");
  await site.asCleo("create", "Elsewhere");
  const browser = await signedIn();
  const cursorOf = (text: string) => Number(/data-cursor="(\d+)"/.exec(text)?.[1]);
  const cursor = cursorOf(browser.text);
  const idsOf = async (project: string) =>
    (JSON.parse(await site.asCleo("events", "--project", project, "--json")) as { events: { event_id: number }[] }).events.map(
      ({ event_id }) => event_id,
    );
  expect(cursor).toBe((await idsOf("demo")).at(-1) ?? 0);

  const follow = async (init: RequestInit, query: string) => {
    const { body, headers } = await browser.fetch(`/events${query}`, init);
    expect(headers.get("content-type")).toBe("text/event-stream");
    let text = "";
    for await (const piece of body ?? []) if ((text += new TextDecoder().decode(piece)).includes("event: change")) break;
    return text;
  };
  const told = follow({}, `?after=${cursor}`);
  await site.asCleo("create", "Also elsewhere");
  await browser.submit("/issues", { title: "After the page" });
  expect((await told).replace(/^(?::\n\n)+/, "")).toMatch(
    /^id: \d+\nevent: change\ndata: \{"type":"issue\.created","actor":"ada","issue_short_id":"\w+"\}\n\n$/,
  );
  expect(await follow({ headers: { "last-event-id": String(cursor) } }, "?after=999999")).toContain('"actor":"ada"');
  await browser.open("/");
  expect(cursorOf(browser.text)).toBe((await idsOf("demo")).at(-1) ?? 0);
  expect((await browser.fetch("/events?after=-1")).status).toBe(400);
});
