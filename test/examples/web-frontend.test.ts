import { afterAll, beforeAll, expect, test } from "bun:test";
import { freePort } from "../free-port.ts";
import { Browser } from "./browser.ts";
import { BOOTSTRAP, Site, startProvider, until } from "./site.ts";
import { CLIENT } from "./users.ts";

const HTTPS = "https://issues.example.test";
const MESSAGE = "The cookie was dropped by a redirect; it is sent again now.";

let provider: Awaited<ReturnType<typeof startProvider>>;
let place = "";
let url = "";

beforeAll(async () => {
  const port = await freePort();
  place = `127.0.0.1:${port}`;
  // By another name than the provider's: cookies know no ports.
  url = `http://localhost:${port}`;
  provider = await startProvider([`${url}/sign-in/callback`, `${HTTPS}/sign-in/callback`]);
});
afterAll(() => provider[Symbol.asyncDispose]());

const started = (settings: Record<string, string> = {}) =>
  Site.start({ WEB_URL: url, WEB_LISTEN: place, OIDC_ISSUER: provider.issuer, ...settings });

test("whoever signs in is an actor, has a token of their own on the server, and a cookie in the browser", async () => {
  await using site = await started();
  const browser = new Browser();
  await browser.open(url);
  expect([browser.status, browser.text]).toEqual([200, expect.stringContaining('href="/sign-in"')]);
  expect(await site.tokens()).toEqual([]);

  await browser.signIn(url, "ada");
  expect([browser.status, browser.url.pathname]).toEqual([200, "/"]);
  expect(browser.text).toContain("Signed in as <b>ada</b>");
  expect(await site.tokens()).toMatchObject([{ actor: "ada", state: "live", name: `web session at ${new URL(url).host}` }]);
  const [token] = await site.tokens();
  expect(Date.parse(token?.expires_at ?? "") - Date.now()).toBeWithin(8 * 3_600_000 - 60_000, 8 * 3_600_000 + 61_000);
  expect(browser.cookie("session")).toMatch(/^[\w-]{43}$/);
});
