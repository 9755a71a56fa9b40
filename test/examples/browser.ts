type Cookie = { name: string; value: string; path: string; attributes: string };
type Form = { action: string; method: string; fields: [string, string][] };

const MOST_REDIRECTS = 20;
const PATIENCE_MS = 15_000;

/** A browser without a screen: cookies, redirects, forms, and a record of all that it was ever sent. */
export class Browser {
  /** Everything that came, heads and bodies. */
  received = "";
  status = 0;
  url = new URL("about:blank");
  text = "";
  forms: Form[] = [];
  /** A path that it stays before, when it is redirected there: its address can be looked at, and changed. */
  halt: string | undefined;
  readonly #jar = new Map<string, Cookie>();
  readonly #places: Readonly<Record<string, string>>;

  /** `places` says where an origin really is, for one that no name server knows. */
  constructor(places: Record<string, string> = {}) {
    this.#places = places;
  }

  /** Goes to a page, wherever it is redirected to. */
  async open(address: string | URL, init: RequestInit = {}): Promise<this> {
    let [url, request] = [new URL(address, this.url), init];
    for (let hops = 0; hops < MOST_REDIRECTS; hops++) {
      const response = await this.fetch(url, request);
      const location = response.headers.get("location");
      if (location === null) {
        [this.url, this.status, this.text] = [url, response.status, await this.#read(response)];
        this.forms = await formsOf(this.text);
        return this;
      }
      await this.#read(response);
      [url, request] = [new URL(location, url), {}];
      if (url.pathname !== this.halt) continue;
      [this.url, this.status, this.text, this.forms] = [url, 0, "", []];
      return this;
    }
    throw new Error(`redirected too often, to ${url}`);
  }

  /** Fills in the form of the page that has this action, and sends it. */
  async submit(action: string, filled: Record<string, string> = {}, init: RequestInit = {}): Promise<this> {
    const form = this.forms.find((each) => new URL(each.action, this.url).pathname === action);
    if (!form) throw new Error(`the page ${this.url} has no form for ${action}:\n${this.text}`);
    const body = new URLSearchParams({ ...Object.fromEntries(form.fields), ...filled });
    return this.open(action, { method: form.method, body, headers: { origin: this.url.origin }, ...init });
  }

  /** One request with the cookies of its place, and nothing more. */
  async fetch(address: string | URL, init: RequestInit = {}): Promise<Response> {
    const url = new URL(address, this.url);
    const cookies = [...this.#jar].flatMap(([key, { name, value, path }]) =>
      key.startsWith(`${url.host} `) && url.pathname.startsWith(path) ? [`${name}=${value}`] : [],
    );
    const place = url.href.replace(url.origin, this.#places[url.origin] ?? url.origin);
    const response = await fetch(place, {
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...init,
      redirect: "manual",
      headers: { ...(cookies.length > 0 && { cookie: cookies.join("; ") }), ...(init.headers as Record<string, string>) },
    });
    this.received += `${response.status} ${url}\n${[...response.headers].map(([name, value]) => `${name}: ${value}\n`).join("")}\n`;
    for (const line of response.headers.getSetCookie()) this.#keep(url.host, line);
    return response;
  }

  cookie(name: string): string | undefined {
    return [...this.#jar.values()].find((cookie) => cookie.name === name)?.value;
  }

  /** Has a cookie that somebody else made. */
  plant(host: string, name: string, value: string): void {
    this.#keep(host, `${name}=${value}; Path=/`);
  }

  /** Signs in by the provider's own pages. `changed` is what becomes of the address that the browser is sent to there. */
  async signIn(site: string, login: string, changed: (url: URL) => void = () => {}): Promise<this> {
    const halt = this.halt;
    this.halt = "/auth";
    await this.open(new URL("/sign-in", site));
    changed(this.url);
    this.halt = halt;
    await this.open(this.url);
    // One page asks for the name, the next for consent; who was here before may see neither.
    for (let pages = 0; pages < 2 && this.url.pathname.startsWith("/interaction/"); pages++)
      await this.submit(this.url.pathname, this.text.includes('name="login"') ? { login, password: "whatever" } : {});
    return this;
  }

  #keep(host: string, line: string): void {
    const { name, value, path, maxAge, expires } = Bun.Cookie.parse(line);
    const key = `${host} ${path} ${name}`;
    if (value === "" || maxAge === 0 || (expires && new Date(expires).getTime() < Date.now())) this.#jar.delete(key);
    else this.#jar.set(key, { name, value, path, attributes: line });
  }

  async #read(response: Response): Promise<string> {
    const text = await response.text();
    this.received += `${text}\n`;
    return text;
  }
}

/** The forms of a page, as they would be sent untouched. */
async function formsOf(text: string): Promise<Form[]> {
  const forms: Form[] = [];
  const put = (name: string | null, value: string) => name !== null && forms.at(-1)?.fields.push([name, value]);
  let select: string | null = null;
  let area = "";
  await new HTMLRewriter()
    .on("form", {
      element: (form) => {
        forms.push({ action: form.getAttribute("action") ?? "", method: (form.getAttribute("method") ?? "get").toUpperCase(), fields: [] });
      },
    })
    .on("form input", {
      element: (input) => {
        if (input.getAttribute("type") !== "checkbox" || input.hasAttribute("checked"))
          put(input.getAttribute("name"), unescaped(input.getAttribute("value") ?? ""));
      },
    })
    .on("form textarea", {
      element: (element) => {
        const name = element.getAttribute("name");
        area = "";
        element.onEndTag(() => void put(name, unescaped(area)));
      },
      text: (piece) => void (area += piece.text),
    })
    .on("form select", { element: (element) => void (select = element.getAttribute("name")) })
    .on("form option", { element: (option) => void (option.hasAttribute("selected") && put(select, option.getAttribute("value") ?? "")) })
    .transform(new Response(text))
    .text();
  return forms;
}

function unescaped(text: string): string {
  return text.replaceAll("&quot;", '"').replaceAll("&#x27;", "'").replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
