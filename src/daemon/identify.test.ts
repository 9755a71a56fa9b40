import { describe, expect, test } from "bun:test";
import { type Door, freshDaemon, HEADER, SHARED, type TestDaemon } from "../../test/daemons.ts";
import { eventsIn } from "../../test/events.ts";
import { speak, written } from "../../test/wire.ts";
import { initProject } from "../app/projects.ts";
import { hashOf } from "../core/token.ts";
import { projectsOf } from "../store/projects.ts";
import { insertToken } from "../store/tokens.ts";

const IDENTITY = { token: SHARED, require_token_identity: true };
const DOORS: Door[] = ["unix", "tcp", "proxy-unix", "proxy-tcp"];
const PROXIED: Door[] = ["proxy-unix", "proxy-tcp"];

type Sent = { token?: string | undefined; headers?: Record<string, string>; actor?: unknown; title?: string };

/** Creates an issue through a door, and says whom it was credited to, or why not. */
async function credited(
  kata: TestDaemon,
  door: Door,
  { token, headers = {}, actor, title = Bun.randomUUIDv7() }: Sent = {},
): Promise<string> {
  if ((await projectsOf(kata.app.db)).length === 0) await initProject(kata.app, { name: "demo" });
  const body = { title, ...(actor !== undefined && { actor }) };
  const { status, body: reply } = await kata.ask(door, "/projects/1/issues", { method: "POST", body, token, headers });
  if (status === 200) return (reply as { issue: { author: string } }).issue.author;
  return `${status} ${reply.error?.code}`;
}

const by = (actor: string) => ({ [HEADER]: actor });

describe("identity tokens", () => {
  test("`the daemon derives the actor from the token and ignores body-provided actor strings for mutations`", async () => {
    await using kata = await freshDaemon(IDENTITY);
    const { plaintext: token } = await kata.mint({ actor: "wesm" });
    expect(await credited(kata, "tcp", { token })).toBe("wesm");
    expect(await credited(kata, "unix", { token, actor: "mallory" })).toBe("wesm");
    expect(await credited(kata, "tcp", { token, actor: "" })).toBe("wesm");
    // Actors in a query, which DELETE has.
    const { body } = await kata.ask("tcp", "/projects/1", { method: "DELETE", token, query: "?actor=mallory&force=true" });
    expect(body).toMatchObject({ event: { actor: "wesm" } });
  });

  test("`the bootstrap token can perform reads` and `can create, list, and revoke user tokens`; `attributed writes require a DB-backed token`", async () => {
    await using kata = await freshDaemon(IDENTITY);
    const minted = await kata.ask("tcp", "/tokens", { method: "POST", token: SHARED, body: { actor: "wesm", name: "laptop" } });
    expect(minted).toMatchObject({ status: 200, body: { token: { id: 1, actor: "wesm", name: "laptop", state: "live" } } });
    expect((await kata.ask("tcp", "/tokens", { token: SHARED })).body).toMatchObject({ tokens: [{ id: 1 }] });
    expect((await kata.ask("tcp", "/projects", { token: SHARED })).status).toBe(200);
    expect(await credited(kata, "tcp", { token: SHARED, actor: "ann" })).toBe("403 bootstrap_token_write_forbidden");
    expect(await credited(kata, "tcp", { token: String(minted.body["plaintext"]) })).toBe("wesm");
    const revoked = await kata.ask("tcp", "/tokens/1/actions/revoke", { method: "POST", token: SHARED, body: {} });
    expect(revoked).toMatchObject({ status: 200, body: { token: { state: "revoked" }, event: { type: "token.revoked", project_id: 0 } } });
    expect(await credited(kata, "tcp", { token: String(minted.body["plaintext"]) })).toBe("403 token_invalid");
  });

  test("writes without an actor of their own, creating and renaming and merging projects, are writes too", async () => {
    await using kata = await freshDaemon(IDENTITY);
    const { plaintext: token } = await kata.mint({});
    const send = (method: string, path: string, body: unknown, bearer: string) => kata.ask("tcp", path, { method, body, token: bearer });
    for (const [method, path, body] of [
      ["POST", "/projects", { name: "one" }],
      ["POST", "/projects", { name: "two" }],
      ["PATCH", "/projects/1", { name: "uno" }],
      ["POST", "/projects/1/merge", { source_project_id: 2 }],
    ] as const) {
      expect((await send(method, path, body, SHARED)).body.error?.code).toBe("bootstrap_token_write_forbidden");
      expect((await send(method, path, body, token)).status).toBe(200);
    }
  });

  test("a missing token, an unknown one, one that expired and a revoked one are told from each other", async () => {
    await using kata = await freshDaemon(IDENTITY);
    const { plaintext: brief } = await kata.mint({ expires_in_seconds: 60 });
    const { id, plaintext: gone } = await kata.mint({});
    await kata.ask("tcp", `/tokens/${id}/actions/revoke`, { method: "POST", token: SHARED, body: {} });
    expect(await credited(kata, "tcp", { token: brief })).toBe("wesm");
    kata.app.pass(59_999);
    expect(await credited(kata, "tcp", { token: brief })).toBe("wesm");
    kata.app.pass(1);
    const said = async (token?: string) => {
      const { status, body } = await kata.ask("tcp", "/projects", { token });
      return `${status} ${body.error?.code}: ${body.error?.message}`;
    };
    expect(await said()).toMatch(/^401 auth_required: /);
    expect(await said("nonsense")).toMatch(/^403 token_invalid: The daemon does not know/);
    expect(await said(brief)).toBe("403 token_invalid: This token expired at 2026-03-01T12:01:00.000Z.");
    expect(await said(gone)).toBe("403 token_invalid: This token was revoked.");
  });

  test("a token is accepted as soon as it is minted, also while a shared token is set and identity mode is off", async () => {
    await using kata = await freshDaemon({ token: SHARED });
    const { body } = await kata.ask("tcp", "/tokens", { method: "POST", token: SHARED, body: { actor: "wesm" } });
    expect(await credited(kata, "tcp", { token: String(body["plaintext"]), actor: "mallory" })).toBe("wesm");
    expect(await credited(kata, "tcp", { token: SHARED, actor: "ann" })).toBe("ann");
    expect(await credited(kata, "tcp", { token: "wrong", actor: "ann" })).toBe("403 auth_invalid");
    expect(await credited(kata, "tcp", { actor: "ann" })).toBe("401 auth_required");
  });

  test("where no token is set, one of its own counts, one that ended is refused, and another bearer is no matter", async () => {
    await using kata = await freshDaemon();
    const { id, plaintext: token } = await kata.mint({});
    expect(await credited(kata, "unix", { token, actor: "mallory" })).toBe("wesm");
    expect(await credited(kata, "unix", { token: "of another daemon", actor: "ann" })).toBe("ann");
    await kata.ask("unix", `/tokens/${id}/actions/revoke`, { method: "POST", body: {} });
    expect(await credited(kata, "unix", { token, actor: "ann" })).toBe("403 token_invalid");
  });

  test("a token of the original's shape works: the daemon compares hashes alone", async () => {
    await using kata = await freshDaemon(IDENTITY);
    const token = `kata_${"aZ0_-".repeat(8)}abc`;
    const row = {
      token_hash: hashOf(token),
      actor: "old",
      name: null,
      read_only: false,
      created_at: "2026-01-01T00:00:00.000Z",
      expires_at: null,
    };
    await kata.app.db.transact((tx) => insertToken(tx, row));
    expect(await credited(kata, "tcp", { token })).toBe("old");
  });

  test("`POST /projects/resolve` reads for who only reads, and remembers nothing; for others it remembers a new alias", async () => {
    await using kata = await freshDaemon(IDENTITY);
    const [writer, viewer] = [await kata.mint({}), await kata.mint({ read_only: true })];
    await kata.ask("tcp", "/projects", { method: "POST", token: writer.plaintext, body: { name: "demo" } });
    const alias = { identity: "github.com/ada/demo", kind: "git", root_path: "/a" };
    const resolve = (token: string) => kata.ask("tcp", "/projects/resolve", { method: "POST", token, body: { name: "demo", alias } });
    const aliases = async () => (await kata.ask("tcp", "/projects/1", { token: SHARED })).body["aliases"];
    for (const token of [SHARED, viewer.plaintext]) {
      expect(await resolve(token)).toMatchObject({ status: 200, body: { project: { name: "demo" }, alias: { id: 0 } } });
      expect(await aliases()).toEqual([]);
    }
    expect(await resolve(writer.plaintext)).toMatchObject({ status: 200, body: { alias: { id: 1 } } });
    expect(await resolve(viewer.plaintext)).toMatchObject({ status: 200, body: { alias: { id: 1, root_path: "/a" } } });
  });
});

describe("the trusted proxy", () => {
  test("`On a trusted listener the header value becomes the actor and any body or query actor is ignored.`", async () => {
    await using kata = await freshDaemon();
    for (const door of PROXIED) {
      expect(await credited(kata, door, { headers: by("ann"), actor: "mallory" })).toBe("ann");
      expect(await credited(kata, door, { headers: by("ann") })).toBe("ann");
      expect(await credited(kata, door, { headers: { "X-KATA-ACTOR": "Ann Lee" } })).toBe("Ann Lee");
    }
    const { body } = await kata.ask("proxy-unix", "/projects/1", { method: "DELETE", headers: by("ann"), query: "?actor=mallory&force=1" });
    expect(body).toMatchObject({ event: { actor: "ann" } });
  });

  test("`on for those listeners; every other listener passes through unchanged`: elsewhere the header is ignored", async () => {
    await using kata = await freshDaemon();
    for (const door of ["unix", "tcp"] as const) {
      expect(await credited(kata, door, { headers: by("mallory"), actor: "ann" })).toBe("ann");
      expect(await credited(kata, door, { headers: by("mallory") })).toBe("400 validation");
    }
  });

  test("`Header empty or absent — mode is off; any header is ignored everywhere.`", async () => {
    await using kata = await freshDaemon({ trusted_actor_header: undefined });
    for (const door of DOORS) {
      expect(await credited(kata, door, { headers: by("mallory"), actor: "ann" })).toBe("ann");
      expect(await credited(kata, door, { headers: by("mallory") })).toBe("400 validation");
    }
  });

  test("`A mutation that arrives on a trusted listener with the header missing or empty is rejected with 400 actor_header_required`", async () => {
    await using kata = await freshDaemon();
    for (const door of PROXIED) {
      for (const headers of [{}, by(""), by(" \t "), by(", bob")]) {
        expect(await credited(kata, door, { headers, actor: "mallory" })).toBe("400 actor_header_required");
        const created = await kata.ask(door, "/projects", { method: "POST", headers, body: { name: "two" } });
        expect(created).toMatchObject({ status: 400, body: { error: { code: "actor_header_required" } } });
      }
    }
    expect(await projectsOf(kata.app.db)).toHaveLength(1);
    expect(await eventsIn(kata.app.db)).toEqual([]);
  });

  test("`Reads carry no actor, never reach actor resolution, and are never blocked by this mode.`", async () => {
    await using kata = await freshDaemon();
    await credited(kata, "unix", { actor: "ann" });
    const name = "demo";
    for (const door of PROXIED) {
      for (const headers of [{}, by(""), by("x".repeat(65)), by("a\u00ffb")]) {
        for (const path of ["/projects", "/projects/1/issues", "/events", "/instance"])
          expect((await kata.ask(door, path, { headers })).status).toBe(200);
        expect((await kata.ask(door, "/projects/resolve", { method: "POST", headers, body: { name } })).status).toBe(200);
        const stop = new AbortController();
        const stream = await kata.fetch(door, "/events/stream", { headers, signal: stop.signal });
        expect(stream.status).toBe(200);
        stop.abort();
      }
    }
  });

  test("`POST /projects/resolve` remembers a new alias only for a proxy that says who acts", async () => {
    await using kata = await freshDaemon();
    await credited(kata, "unix", { actor: "ann" });
    const body = { name: "demo", alias: { identity: "github.com/ada/demo", kind: "git", root_path: "/a" } };
    const idOf = async (headers: Record<string, string>) =>
      (await kata.ask("proxy-unix", "/projects/resolve", { method: "POST", headers, body })).body["alias"];
    expect(await idOf({})).toMatchObject({ id: 0 });
    expect(await idOf(by("ann"))).toMatchObject({ id: 1 });
  });

  test("`On a trusted listener the proxy-asserted actor overwrites a token identity`, and a token that the daemon requires is required here too", async () => {
    for (const auth of [{}, { token: SHARED }, IDENTITY]) {
      await using kata = await freshDaemon(auth);
      const { plaintext: token } = await kata.mint({ actor: "wesm" });
      for (const door of PROXIED) {
        expect(await credited(kata, door, { token, headers: by("ann"), actor: "mallory" })).toBe("ann");
        expect(await credited(kata, door, { token })).toBe("400 actor_header_required");
        expect(await credited(kata, door, { headers: by("ann") })).toBe("token" in auth ? "401 auth_required" : "ann");
      }
    }
  });

  test("where a shared token is set the proxy sends it; in identity mode that one token reads, and changes want one of the proxy's own", async () => {
    await using shared = await freshDaemon({ token: SHARED });
    expect(await credited(shared, "proxy-unix", { token: SHARED, headers: by("ann") })).toBe("ann");
    expect(await credited(shared, "proxy-unix", { token: "wrong", headers: by("ann") })).toBe("403 auth_invalid");
    await using identity = await freshDaemon(IDENTITY);
    expect(await credited(identity, "proxy-unix", { token: SHARED, headers: by("ann") })).toBe("403 bootstrap_token_write_forbidden");
    expect((await identity.ask("proxy-unix", "/projects", { token: SHARED })).status).toBe(200);
  });

  test("`A proxy front-end cannot mint or revoke tokens`, `regardless of the header`, even with the bootstrap token", async () => {
    for (const auth of [{}, { token: SHARED }, IDENTITY]) {
      await using kata = await freshDaemon(auth);
      const { id } = await kata.mint({});
      const token = "token" in auth ? SHARED : undefined;
      for (const [door, headers] of [
        ["proxy-unix", {}],
        ["proxy-tcp", by("ann")],
        ["proxy-unix", by("bootstrap")],
      ] as const) {
        const ask = async (method: string, path: string) => {
          const { status, body } = await kata.ask(door, path, {
            method,
            token,
            headers,
            ...(method === "POST" && { body: { actor: "eve" } }),
          });
          return `${status} ${body.error?.code}`;
        };
        for (const [method, path] of [
          ["GET", "/tokens"],
          ["POST", "/tokens"],
          ["POST", `/tokens/${id}/actions/revoke`],
          ["POST", `/tokens/${id}/actions/rotate`],
        ] as const)
          expect(await ask(method, path)).toBe("403 token_admin_forbidden");
      }
      for (const door of ["unix", "tcp"] as const)
        expect((await kata.ask(door, "/tokens", { token, headers: by("ann") })).body).toMatchObject({ tokens: [{ id, state: "live" }] });
    }
  });

  test("`The header asserts identity, not permission`: a read-only token stays read-only", async () => {
    await using kata = await freshDaemon();
    const { plaintext: token } = await kata.mint({ read_only: true });
    for (const door of DOORS) expect(await credited(kata, door, { token, headers: by("ann"), actor: "ann" })).toBe("403 token_read_only");
  });

  test("the actor is checked: 1 to 64 printable characters, UTF-8; else 400", async () => {
    await using kata = await freshDaemon();
    const bytes = (text: string) => Buffer.from(text).toString("latin1");
    // The runtime's own client sends header values as Latin-1, so these are the bytes that go over the wire.
    expect(await credited(kata, "proxy-unix", { headers: by(bytes("zoë")) })).toBe("zoë");
    expect(await credited(kata, "proxy-unix", { headers: by(bytes("voilà")) })).toBe("voilà");
    expect(await credited(kata, "proxy-tcp", { headers: by(bytes("é".repeat(64))) })).toBe("é".repeat(64));
    for (const wrong of [bytes("é".repeat(65)), "x".repeat(65), "zo\u00eb", bytes("a\u200bb"), bytes("a\u202eb"), "a\tb"])
      expect(await credited(kata, "proxy-unix", { headers: by(wrong) })).toBe("400 validation");
  });
});

/** Sends a request with headers as they are written, and gives whom it was credited to, or why not. */
async function raw(kata: TestDaemon, door: Door, lines: readonly string[], body: string): Promise<string> {
  const fixed = ["Host: localhost", "Content-Type: application/json", `Content-Length: ${Buffer.byteLength(body)}`];
  const answer = await speak(kata.place(door), written(["POST /api/v1/projects/1/issues HTTP/1.1", ...fixed, ...lines], body));
  const found = /"author":"([^"]*)"/.exec(answer)?.[1] ?? /"code":"([^"]*)"/.exec(answer)?.[1];
  return found ?? answer.split("\r\n")[0] ?? "";
}

describe("headers as they come over the wire", () => {
  const body = () => JSON.stringify({ title: Bun.randomUUIDv7(), actor: "mallory" });
  const cases: [string, string[], string][] = [
    [
      "`The daemon uses the first value of the configured header and does not police duplicates`",
      ["X-Kata-Actor: ann", "X-Kata-Actor: bob"],
      "ann",
    ],
    ["duplicates in different letters are of one header", ["x-kata-ACTOR: ann", "X-KATA-actor: bob"], "ann"],
    ["a comma ends an actor", ["X-Kata-Actor: ann, bob"], "ann"],
    ["an empty first value is empty", ["X-Kata-Actor:", "X-Kata-Actor: bob"], "actor_header_required"],
    [
      "a name that only equals the header after _ became - is not the header",
      ["X_Kata_Actor: ann", "X-Kata_Actor: ann"],
      "actor_header_required",
    ],
    ["beside the header such a name is no matter", ["X_Kata_Actor: mallory", "X-Kata-Actor: ann"], "ann"],
    ["UTF-8 is read as such", ["X-Kata-Actor: voilà"], "voilà"],
    ["white space around a value is not of it", ["X-Kata-Actor: \t ann \t "], "ann"],
  ];
  for (const [words, lines, wanted] of cases)
    test(words, async () => {
      await using kata = await freshDaemon();
      await credited(kata, "unix", { actor: "ann" });
      for (const door of PROXIED) expect([door, await raw(kata, door, lines, body())]).toEqual([door, wanted]);
    });

  test("two bearers are none that is known", async () => {
    await using kata = await freshDaemon({ token: SHARED });
    await credited(kata, "unix", { token: SHARED, actor: "ann" });
    const lines = [`Authorization: Bearer ${SHARED}`, "Authorization: Bearer other"];
    for (const door of DOORS) expect([door, await raw(kata, door, lines, body())]).toEqual([door, "auth_invalid"]);
  });
});

describe("`GET /health` and `/ping` answer without credentials and tell strangers nothing private", () => {
  test("a caller without a credential, wherever one is asked for, is told no path", async () => {
    for (const auth of [{ token: SHARED }, IDENTITY, { insecure_readonly: true }]) {
      await using kata = await freshDaemon(auth);
      for (const door of DOORS) {
        expect(await kata.ask(door, "/ping")).toMatchObject({ status: 200, body: { ok: true, service: "kata" } });
        const { status, body } = await kata.ask(door, "/health");
        expect([status, Object.keys(body)]).toEqual([200, ["ok", "schema_version", "version", "uptime", "started_at"]]);
        expect(JSON.stringify(body)).not.toContain("/private");
      }
      if (auth.token) expect((await kata.ask("tcp", "/health", { token: SHARED })).body).toMatchObject({ db_path: "/private/kata.db" });
    }
  });

  test("whoever is asked for nothing is the owner, and is told", async () => {
    await using kata = await freshDaemon();
    for (const door of ["unix", "tcp"] as const)
      expect((await kata.ask(door, "/health")).body).toMatchObject({ db_path: "/private/kata.db" });
  });

  test("who comes through a proxy may be anybody", async () => {
    for (const auth of [{}, { token: SHARED }, IDENTITY]) {
      await using kata = await freshDaemon(auth);
      const token = "token" in auth ? SHARED : undefined;
      for (const door of PROXIED)
        for (const said of [{}, { headers: by("ann") }, { headers: by("ann"), token }])
          expect(JSON.stringify((await kata.ask(door, "/health", said)).body)).not.toContain("/private");
    }
  });

  test("a bad bearer is an error there too", async () => {
    await using kata = await freshDaemon(IDENTITY);
    for (const path of ["/ping", "/health"])
      expect((await kata.ask("tcp", path, { token: "wrong" })).body).toMatchObject({ status: 403, error: { code: "token_invalid" } });
  });
});

describe("failed authentications", () => {
  const failing = async (kata: TestDaemon, door: Door, times: number, token = "wrong") => {
    const codes: string[] = [];
    for (let n = 0; n < times; n++) codes.push((await kata.ask(door, "/projects", { token })).body.error?.code ?? "");
    return codes;
  };

  test("from 20 a minute on they are 429 with Retry-After, and a good token from the same address still works", async () => {
    await using kata = await freshDaemon({ token: SHARED });
    const { plaintext: own } = await kata.mint({});
    expect(await failing(kata, "tcp", 20)).toEqual(Array(20).fill("auth_invalid"));
    const limited = await kata.ask("tcp", "/ping", { token: "wrong" });
    expect(limited).toMatchObject({ status: 429, body: { status: 429, error: { code: "rate_limited" } } });
    expect(limited.headers.get("retry-after")).toBe("60");
    for (const token of [SHARED, own]) expect((await kata.ask("tcp", "/projects", { token })).status).toBe(200);
    expect((await kata.ask("tcp", "/projects")).status).toBe(401);
    kata.app.pass(60_000);
    expect(await failing(kata, "tcp", 1)).toEqual(["auth_invalid"]);
  });

  test("tokens that ended count, and credentials that are missing do not", async () => {
    await using kata = await freshDaemon(IDENTITY);
    const { plaintext } = await kata.mint({ expires_in_seconds: 1 });
    kata.app.pass(1_000);
    for (let n = 0; n < 25; n++) expect((await kata.ask("tcp", "/projects")).status).toBe(401);
    expect((await failing(kata, "tcp", 21, plaintext)).at(-1)).toBe("rate_limited");
  });

  test("on a Unix socket, and where a proxy stands for all, nobody is counted", async () => {
    await using kata = await freshDaemon({ token: SHARED });
    for (const door of ["unix", "proxy-unix", "proxy-tcp"] as const)
      expect(await failing(kata, door, 30)).toEqual(Array(30).fill("auth_invalid"));
  });
});

describe("`GET /instance` says who the daemon takes the caller for", () => {
  test("by kind, actor, end, and whether it only reads or may list tokens", async () => {
    await using kata = await freshDaemon(IDENTITY);
    const auth = async (door: Door, token: string, headers = {}) => (await kata.ask(door, "/instance", { token, headers })).body["auth"];
    const own = await kata.mint({ actor: "wesm", expires_in_seconds: 60 });
    const viewer = await kata.mint({ actor: "bo", read_only: true });
    expect(await auth("tcp", SHARED)).toEqual({ kind: "bootstrap", read_only: true, token_audit_read: true });
    expect(await auth("tcp", own.plaintext)).toEqual({
      kind: "identity",
      actor: "wesm",
      expires_at: "2026-03-01T12:01:00.000Z",
      token_audit_read: false,
    });
    expect(await auth("tcp", viewer.plaintext)).toEqual({ kind: "viewer", actor: "bo", read_only: true, token_audit_read: false });
    expect(await auth("proxy-unix", viewer.plaintext, by("ann"))).toMatchObject({ kind: "viewer", actor: "ann" });
    expect(await auth("proxy-unix", own.plaintext)).toMatchObject({ kind: "proxied", expires_at: "2026-03-01T12:01:00.000Z" });
    await using open = await freshDaemon();
    expect((await open.ask("unix", "/instance")).body["auth"]).toEqual({ kind: "owner", token_audit_read: true });
  });
});
