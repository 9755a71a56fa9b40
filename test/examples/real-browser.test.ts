import { afterAll, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../free-port.ts";
import { Site, startProvider, until } from "./site.ts";

/** `apt-get install chromium-headless-shell`, or any other of them. */
const CHROMIUM = ["chromium-headless-shell", "chromium", "google-chrome"].map((name) => Bun.which(name)).find((path) => path !== null);
/** A folder for pictures of each page, for whoever wants to look. */
const PICTURES = Bun.env["KATA_TEST_PICTURES"];
const MESSAGE = "The cookie was dropped by a redirect; it is sent again now.";

afterAll(() => Bun.WebView.closeAll());

class View {
  readonly #view = new Bun.WebView({
    width: 900,
    height: 760,
    // As root it has no sandbox of its own; it visits this machine alone.
    backend: { type: "chrome", url: false, path: CHROMIUM ?? "", argv: ["--no-sandbox", "--disable-dev-shm-usage"] },
  });

  go(url: string): Promise<void> {
    return this.#view.navigate(url);
  }

  read<T>(expression: string): Promise<T> {
    return this.#view.evaluate<T>(expression);
  }

  /** Waits until the page has something. */
  has(expression: string): Promise<void> {
    // While a page gives way to the next, there is nobody to ask.
    return until(() => this.read<boolean>(`Boolean(${expression})`).catch(() => false), expression);
  }

  async type(selector: string, text: string): Promise<void> {
    await this.has(`document.querySelector(${JSON.stringify(selector)})`);
    await this.#view.click(selector);
    await this.#view.type(text);
  }

  async click(selector: string): Promise<void> {
    await this.has(`document.querySelector(${JSON.stringify(selector)})`);
    await this.#view.click(selector);
  }

  async picture(name: string): Promise<void> {
    if (!PICTURES) return;
    mkdirSync(PICTURES, { recursive: true });
    await Bun.write(join(PICTURES, `${name}.png`), await this.#view.screenshot());
  }

  cookies(): Promise<{ cookies: { name: string; value: string; httpOnly: boolean; sameSite: string }[] }> {
    return this.#view.cdp("Network.getAllCookies");
  }

  [Symbol.dispose](): void {
    this.#view.close();
  }
}

test.skipIf(!Bun.env["CI"] && CHROMIUM === undefined)(
  "a user of Chromium signs in, creates and closes issues, and sees at once what others do",
  async () => {
    const port = await freePort();
    const url = `http://localhost:${port}`;
    await using provider = await startProvider([`${url}/sign-in/callback`]);
    await using site = await Site.start({ WEB_URL: url, WEB_LISTEN: `127.0.0.1:${port}`, OIDC_ISSUER: provider.issuer });
    await site.asCleo("create", "Safari loses the session", "--label", "bug", "--priority", "1");
    using view = new View();
    await view.go(url);
    await view.picture("1-welcome");
    await view.click(".button");
    await view.type("[name=login]", "ada");
    await view.type("[name=password]", "whatever");
    await view.picture("2-provider");
    await view.click("[type=submit]");
    await view.has("document.querySelector('form button') && !document.querySelector('[name=login]')");
    await view.click("[type=submit]");

    await view.has("document.body.innerText.includes('Safari loses the session')");
    await view.has("document.querySelector('#live').textContent === 'live'");
    await view.picture("3-board");
    await view.type("[name=title]", "Write down <which> versions");
    await view.type("[name=body]", "From 15 to 18.");
    await view.click("main form button");
    await view.has("document.querySelector('.notice.done')");
    await site.asCleo("create", "Came from elsewhere");
    await view.has("document.querySelector('#issues').innerText.includes('Came from elsewhere')");
    await view.picture("4-live");
    expect((await site.issues()).map(({ title, author }) => `${author}: ${title}`).sort()).toEqual([
      "ada: Write down <which> versions",
      "cleo: Came from elsewhere",
      "cleo: Safari loses the session",
    ]);

    expect(await view.read("document.cookie")).toBe("");
    const { cookies } = await view.cookies();
    expect(cookies.filter(({ name }) => name === "session")).toMatchObject([{ httpOnly: true, sameSite: "Lax" }]);

    await view.click(".issues li:last-child a");
    await view.has("document.querySelector('[name=message]')");
    await view.type("[name=message]", "Done.");
    await view.click("main form button");
    await view.has("document.querySelector('.notice.refused')");
    await view.picture("5-refused");
    await view.type("[name=message]", MESSAGE);
    await view.type("[name=evidence]", "1a2b3c4");
    await view.picture("6-close");
    await view.click("main form button");
    await view.has("document.querySelector('.notice.done')");
    expect((await site.issues()).filter(({ status }) => status === "closed")).toHaveLength(1);

    await view.has("document.querySelector('#live').textContent === 'live'");
    await site.kata`tokens revoke 2`;
    await view.has("document.body.innerText.includes('Your session is over.')");
    await view.picture("7-over");
  },
  60_000,
);
