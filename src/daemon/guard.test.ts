import { describe, expect, test } from "bun:test";
import { type Door, freshDaemon, HEADER, requestOf, SHARED, type TestDaemon } from "../../test/daemons.ts";
import { paths, type RouteId } from "../api/paths.ts";
import type { Route } from "../api/route.ts";
import { routes } from "../api/routes.ts";
import { initProject } from "../app/projects.ts";
import type { Auth } from "../config/daemon.ts";
import { codes } from "../core/error.ts";
import { callers, type CallerKind, type Refusal } from "../core/principal.ts";
import { lastEventId } from "../store/events.ts";
import { tokensOf } from "../store/tokens.ts";

type Way = { door: Door; auth?: Partial<Auth>; credential?: "shared" | "own" | "read-only"; actor?: string };

const IDENTITY = { token: SHARED, require_token_identity: true };

/** How one comes to be each kind of caller: every way there is. */
const ways: Record<CallerKind, Way[]> = {
  owner: [{ door: "unix" }, { door: "tcp" }],
  shared: [
    { door: "unix", auth: { token: SHARED }, credential: "shared" },
    { door: "tcp", auth: { token: SHARED }, credential: "shared" },
    { door: "tcp", auth: { token: SHARED, insecure_readonly: true }, credential: "shared" },
  ],
  bootstrap: [
    { door: "unix", auth: IDENTITY, credential: "shared" },
    { door: "tcp", auth: IDENTITY, credential: "shared" },
  ],
  identity: [
    { door: "unix", credential: "own" },
    { door: "tcp", auth: { token: SHARED }, credential: "own" },
    { door: "tcp", auth: IDENTITY, credential: "own" },
  ],
  viewer: [
    { door: "unix", credential: "read-only" },
    { door: "tcp", auth: { token: SHARED }, credential: "read-only" },
    { door: "tcp", auth: IDENTITY, credential: "read-only" },
    { door: "proxy-unix", auth: IDENTITY, credential: "read-only", actor: "ann" },
    { door: "proxy-tcp", credential: "read-only", actor: "ann" },
  ],
  proxied: [
    { door: "proxy-unix", actor: "ann" },
    { door: "proxy-tcp", actor: "ann" },
    { door: "proxy-unix", auth: { token: SHARED }, credential: "shared", actor: "ann" },
    { door: "proxy-tcp", auth: { token: SHARED }, credential: "own", actor: "ann" },
    { door: "proxy-unix", auth: IDENTITY, credential: "own", actor: "ann" },
  ],
  proxied_bootstrap: [
    { door: "proxy-unix", auth: IDENTITY, credential: "shared", actor: "ann" },
    { door: "proxy-tcp", auth: IDENTITY, credential: "shared", actor: "ann" },
  ],
  reader: [
    { door: "unix", auth: { insecure_readonly: true } },
    { door: "tcp", auth: { insecure_readonly: true } },
    { door: "tcp", auth: { insecure_readonly: true }, credential: "own" },
    { door: "proxy-unix", auth: { insecure_readonly: true }, actor: "ann" },
    { door: "tcp", auth: { token: SHARED, insecure_readonly: true } },
  ],
  anonymous: [
    { door: "unix", auth: { token: SHARED } },
    { door: "tcp", auth: { token: SHARED } },
    { door: "tcp", auth: IDENTITY },
    { door: "proxy-unix", auth: { token: SHARED }, actor: "ann" },
    { door: "proxy-tcp", auth: IDENTITY, actor: "ann" },
  ],
};

/** `not_found` is also what is asked for and is not there; only of routes that nothing is asked of can it be told apart. */
const REFUSALS = new Set<unknown>(
  Object.values(callers).flatMap(({ may }) => Object.values(may).filter((each) => each !== true && each !== "not_found")),
);

async function comeAs(kata: TestDaemon, { door, credential, actor }: Way) {
  const minted =
    credential === "own" || credential === "read-only" ? await kata.mint({ read_only: credential === "read-only" }) : undefined;
  // No stream is opened: whoever is let through to it is told that it is no JSON.
  const headers = { accept: "application/json", ...(actor !== undefined && { [HEADER]: actor }) };
  const said = { token: credential === "shared" ? SHARED : minted?.plaintext, headers };
  return (method: string, path: string, more: Record<string, string> = {}) => {
    const hasBody = method !== "GET" && method !== "HEAD";
    return kata.ask(door, path, { method, ...said, headers: { ...said.headers, ...more }, ...(hasBody && { body: {} }) });
  };
}

const kinds = Object.keys(ways) as CallerKind[];
const all = Object.keys(paths) as RouteId[];

/** What the table says of a route; the reply shows nothing but that where it is a refusal. */
const judged = (kind: CallerKind, id: RouteId): true | Refusal => callers[kind].may[(routes[id] as Route).needs];

for (const kind of kinds) {
  describe(`${kind}, ${callers[kind].who}`, () => {
    for (const [n, way] of ways[kind].entries()) {
      test(`way ${n + 1}, ${JSON.stringify(way)}: \`admit()\` does with each route of the contract what the table says`, async () => {
        await using kata = await freshDaemon(way.auth);
        await initProject(kata.app, { name: "demo" });
        const ask = await comeAs(kata, way);
        const before = { event: await lastEventId(kata.app.db), tokens: await tokensOf(kata.app.db) };
        for (const id of all) {
          const { method, path } = requestOf(id);
          const { status, body } = await ask(method, path);
          const wanted = judged(kind, id);
          const code = body.error?.code;
          if (wanted !== true) expect([id, status, code]).toEqual([id, codes[wanted], wanted]);
          else expect([id, REFUSALS.has(code), status === 401]).toEqual([id, false, false]);
          if (id === "doctor.show") expect([id, status]).toEqual([id, wanted === true ? 200 : codes[wanted]]);
          if (kind === "anonymous" && wanted !== true) expect(Object.keys(body)).toEqual(["status", "error"]);
        }
        const { write, tokens } = callers[kind].may;
        if ((write as unknown) !== true) expect(await lastEventId(kata.app.db)).toBe(before.event);
        if ((tokens as unknown) !== true)
          expect((await tokensOf(kata.app.db)).map(({ id }) => id)).toEqual(before.tokens.map(({ id }) => id));
      });
    }
  });
}

const WHO_READS = kinds.filter((kind) => callers[kind].may.read === true);

test("a path that is no route, or a method that a path has not, tells nothing to whoever may not read", async () => {
  for (const kind of kinds) {
    const [way] = ways[kind];
    if (!way) throw new Error(`nobody comes as ${kind}`);
    await using kata = await freshDaemon(way.auth);
    const ask = await comeAs(kata, way);
    const answers: [string, string][] = [
      ["GET", "/nowhere"],
      ["GET", "//projects"],
      ["PUT", "/projects"],
      ["POST", "/nowhere"],
    ];
    for (const [method, path] of answers) {
      const { status } = await ask(method, path);
      const mayAsk = WHO_READS.includes(kind) && (kind !== "reader" || method === "GET");
      expect([kind, method, path, status === 401]).toEqual([kind, method, path, !mayAsk]);
    }
  }
});

describe("--insecure-readonly: `This permits GET requests only. Mutations and the event stream still require authentication.`", () => {
  const others = ["HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"];

  test("each route of the contract, with each method: GET of what is read passes, and nothing else", async () => {
    await using kata = await freshDaemon({ insecure_readonly: true });
    await initProject(kata.app, { name: "demo" });
    const passed = new Set<string>();
    for (const id of all) {
      const { path } = requestOf(id);
      for (const method of ["GET", ...others]) {
        const { status, body } = await (await comeAs(kata, { door: "tcp" }))(method, path);
        if (status !== 401) passed.add(`${method} ${path}`);
        else if (method !== "HEAD") expect([id, method, body.error?.code]).toEqual([id, method, "auth_required"]);
      }
    }
    const read = all.filter((id) => ["read", "open"].includes((routes[id] as Route).needs)).map((id) => `GET ${requestOf(id).path}`);
    // What a path that only a change has tells of itself to a GET is that it is no GET: 405.
    const none = all.filter((id) => !paths[id].startsWith("GET ")).map((id) => `GET ${requestOf(id).path}`);
    // And what is no route for a stranger is answered as none is: 404.
    none.push(...all.filter((id) => (routes[id] as Route).needs === "operate").map((id) => `GET ${requestOf(id).path}`));
    expect([...passed].filter((each) => !read.includes(each) && !none.includes(each))).toEqual([]);
    expect(read.filter((each) => !passed.has(each))).toEqual([]);
    expect([...passed]).not.toContain("GET /events/stream");
    expect([...passed]).not.toContain("GET /tokens");
  });

  test("headers that would make another method of a GET are refused", async () => {
    await using kata = await freshDaemon({ insecure_readonly: true });
    const ask = await comeAs(kata, { door: "tcp" });
    for (const name of ["X-HTTP-Method-Override", "x-http-method", "X-Method-Override"])
      expect([name, (await ask("GET", "/projects", { [name]: "POST" })).status]).toEqual([name, 401]);
    expect((await ask("GET", "/projects")).status).toBe(200);
  });

  test("where a token is set, who sends it may do all that it may elsewhere", async () => {
    await using kata = await freshDaemon({ insecure_readonly: true, token: SHARED });
    const created = { method: "POST", body: { name: "demo" } };
    expect((await kata.ask("tcp", "/projects", { ...created })).status).toBe(401);
    expect((await kata.ask("tcp", "/projects", { ...created, token: SHARED })).status).toBe(200);
    expect((await kata.ask("tcp", "/projects")).status).toBe(200);
    expect((await kata.ask("tcp", "/projects", { token: "wrong" })).body.error?.code).toBe("auth_invalid");
  });
});
