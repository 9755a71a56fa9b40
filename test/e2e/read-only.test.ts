import { expect, test } from "bun:test";
import { freePort } from "../free-port.ts";
import { speak, statusesIn, written } from "../wire.ts";
import { type Workspace, workspace } from "../workspace.ts";

/** A daemon of the demo project that only lets itself be read. */
async function readOnly(kata: Workspace, env: Record<string, string> = {}) {
  const place = { kind: "tcp", host: "127.0.0.1", port: await freePort() } as const;
  const started = await kata.run(["daemon", "restart", "--listen", `127.0.0.1:${place.port}`, "--insecure-readonly"], { env });
  expect([started.exit, started.stderr]).toEqual([0, expect.stringContaining("(plain, read only)\n")]);
  return { place, url: `http://127.0.0.1:${place.port}` };
}

test("`This permits GET requests only. Mutations and the event stream still require authentication.`", async () => {
  await using kata = await workspace();
  await kata`create "Fix it"`;
  const { place } = await readOnly(kata);
  const json = ["Content-Type: application/json", "Content-Length: 2"];
  const ask = async (line: string, more: string[] = [], body = "") =>
    statusesIn(await speak(place, written([`${line} HTTP/1.1`, "Host: 127.0.0.1", ...more], body)))[0];
  for (const path of [
    "/ping",
    "/health",
    "/instance",
    "/projects",
    "/projects/1",
    "/projects/1/issues",
    "/issues",
    "/events",
    "/projects/1/labels",
  ])
    expect([path, await ask(`GET /api/v1${path}`)]).toEqual([path, 200]);
  for (const line of [
    "HEAD /api/v1/projects",
    "HEAD /api/v1/ping",
    "OPTIONS /api/v1/projects",
    "TRACE /api/v1/projects",
    "GET /api/v1/events/stream",
    "GET /api/v1/tokens",
    "DELETE /api/v1/projects/1?actor=x&force=true",
    "POST /nowhere",
  ])
    expect([line, await ask(line, ["Accept: text/event-stream"])]).toEqual([line, 401]);
  for (const line of [
    "POST /api/v1/projects",
    "POST /api/v1/projects/resolve",
    "PATCH /api/v1/projects/1",
    "PUT /api/v1/projects",
    "POST /api/v1/tokens",
  ])
    expect([line, await ask(line, json, "{}")]).toEqual([line, 401]);
  for (const name of ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
    expect([name, await ask("GET /api/v1/projects/1", [`${name}: DELETE`])]).toEqual([name, 401]);
  // A token that the daemon does not ask for makes nobody more than a reader.
  expect(await ask("POST /api/v1/projects", ["Authorization: Bearer x", ...json], "{}")).toBe(401);
  expect(await ask("GET /api/v1/projects", ["Authorization: Bearer x"])).toBe(200);
});

test("a daemon that only lets itself be read is read by commands, and changed by none", async () => {
  await using kata = await workspace({ origin: "https://github.com/ada/demo.git" });
  const ref = (await kata`create "Fix it" -q`).stdout.trim();
  const { url } = await readOnly(kata);
  const run = (...words: string[]) => kata.run(words, { env: { KATA_SERVER: url } });
  for (const words of [["list"], ["ready"], ["search", "Fix"], ["show", ref], ["show", `demo#${ref}`], ["list", "--project", "demo"]])
    expect([words, await run(...words)]).toEqual([words, expect.objectContaining({ exit: 0, stdout: expect.stringContaining("Fix it") })]);
  for (const words of [
    ["events"],
    ["digest", "--since", "1h"],
    ["labels"],
    ["audit", "closes"],
    ["projects", "list"],
    ["health"],
    ["doctor"],
  ])
    expect([words, (await run(...words)).exit]).toEqual([words, 0]);
  for (const words of [["create", "x"], ["comment", ref, "--body", "x"], ["tokens", "list"], ["events", "--tail"], ["init"]])
    expect([words, (await run(...words)).stderr]).toEqual([words, expect.stringMatching(/^kata: This daemon only lets itself be read\. /)]);
  expect([(await run("list", "--project", "absent")).exit, (await run("show", `absent#${ref}`)).exit]).toEqual([4, 4]);

  // A clone is known by its alias, whatever .kata.toml says, and no alias is added.
  await Bun.write(`${kata.dir}/.kata.toml`, 'version = 1\n\n[project]\nname = "before"\n');
  expect((await run("list")).stdout).toContain("Fix it");
  expect(await Bun.file(`${kata.dir}/.kata.toml`).text()).toContain('name = "demo"');
  await Bun.$`git remote set-url origin https://github.com/ada/other.git`.cwd(kata.dir).env(kata.env);
  expect((await run("list")).stdout).toContain("Fix it");
  const aliases = (await kata.run(["projects", "show", "demo", "--json"], { env: { KATA_SERVER: url } })).json<{ aliases: unknown[] }>();
  expect(aliases.aliases).toHaveLength(1);
});
