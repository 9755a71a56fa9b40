import { afterAll, expect } from "bun:test";
import { join } from "node:path";
import { asRoot } from "../namespace.ts";
import type { Workspace } from "../workspace.ts";
import { Networks } from "./networks.ts";

const networks = new Networks();
afterAll(() => networks.end());
const test = asRoot(["ip", "nsenter", "curl"]);

const AT = "100.64.0.5:7777";
const BOOTSTRAP = "bootstrap-admin-token";
const AUTH = `listen = "${AT}"\n\n[auth]\ntoken = "${BOOTSTRAP}"\ntrust_private_network = true\n`;
const TOKEN = /kata_[0-9A-Za-z]{36}/;

const as = (token: string) => ({ env: { KATA_AUTH_TOKEN: token } });
const refusalOf = async (user: Workspace, words: string[], token: string) => {
  const { exit, stderr } = await user.run([...words, "--json"], as(token));
  return exit === 0 ? "done" : (JSON.parse(stderr) as { error: { code: string } }).error.code;
};
const authorOf = async (user: Workspace, token: string) =>
  (await user.run(["create", Bun.randomUUIDv7(), "--as", "mallory", "--json"], as(token))).json<{ issue: { author: string } }>().issue
    .author;

/** A daemon on one host, with tokens of two users made from the other, and identity mode switched on afterwards. */
async function identityMode() {
  const host = await networks.user("daemon", { config: AUTH });
  const client = await networks.user("client", { env: { KATA_SERVER: `http://${AT}`, KATA_AUTH_TOKEN: BOOTSTRAP } });
  await host`daemon start`;
  expect((await client`init --project demo`).exit).toBe(0);
  const mint = async (actor: string) => TOKEN.exec((await client`tokens create --actor ${actor} --name laptop`).stdout)?.[0] ?? "";
  const [wesm, ann] = [await mint("wesm"), await mint("ann")];
  return {
    host,
    client,
    mint,
    wesm,
    ann,
    [Symbol.asyncDispose]: async () => void (await Promise.all([client, host].map((each) => each[Symbol.asyncDispose]()))),
  };
}

const switchOn = async (host: Workspace) => {
  await Bun.write(join(host.home, "config.toml"), `${AUTH}require_token_identity = true\n`);
  expect(await host`daemon restart`).toMatchObject({ exit: 0, stderr: expect.stringContaining(`${AT} (plain, identity)`) });
};

test("mint DB-backed tokens and enable identity mode, from another host: writes are credited to the token, whatever the request says", async () => {
  await using set = await identityMode();
  const { host, client, wesm, ann } = set;
  // Before the switch both kinds count, and a token of one's own goes before what the request says.
  expect([await authorOf(client, wesm), await authorOf(client, BOOTSTRAP)]).toEqual(["wesm", "mallory"]);
  await switchOn(host);
  expect([await authorOf(client, wesm), await authorOf(client, ann)]).toEqual(["wesm", "ann"]);

  // the bootstrap token can create, list, and revoke user tokens; the bootstrap token can perform reads; attributed writes require a DB-backed token
  for (const words of [["list"], ["events"], ["tokens", "list"], ["tokens", "create", "--actor", "bo"], ["tokens", "revoke", "3"]])
    expect([words, await refusalOf(client, words, BOOTSTRAP)]).toEqual([words, "done"]);
  for (const words of [
    ["create", "By nobody"],
    ["projects", "rename", "demo", "other"],
  ])
    expect([words, await refusalOf(client, words, BOOTSTRAP)]).toEqual([words, "bootstrap_token_write_forbidden"]);
  for (const words of [
    ["tokens", "list"],
    ["tokens", "create", "--actor", "eve"],
    ["tokens", "revoke", "2"],
  ])
    expect([words, await refusalOf(client, words, wesm)]).toEqual([words, "token_admin_forbidden"]);
  expect(await refusalOf(client, ["list"], "")).toBe("auth_required");
  expect(await refusalOf(client, ["list"], "change-you")).toBe("token_invalid");

  // Hidden system-project token events are excluded from ordinary project lists, stats, event feeds
  const { events } = (await client.run(["events", "--all-projects", "--json"], as(ann))).json<{ events: { type: string }[] }>();
  expect([...new Set(events.map(({ type }) => type))]).toEqual(["issue.created"]);
  const { projects } = (await client.run(["projects", "list", "--json"], as(ann))).json<{ projects: { name: string }[] }>();
  expect(projects.map(({ name }) => name)).toEqual(["demo"]);
});

test("a revoked token is refused at once, and its open streams are cut within a second; others go on", async () => {
  await using set = await identityMode();
  const { host, client, wesm, ann } = set;
  await switchOn(host);
  await authorOf(client, wesm);
  const other = client.start(["events", "--tail"], as(ann));
  const others = other.stdout.getReader();
  await others.read();
  // On a machine that is busy with other things one cut may come late: the quickest of three counts.
  const took: number[] = [];
  for (const [i, token] of [wesm, await set.mint("wesm"), await set.mint("wesm")].entries()) {
    const tail = client.start(["events", "--tail"], as(token));
    await tail.stdout.getReader().read();
    const errors = tail.stderr.getReader();
    const id = String([1, 3, 4][i]);
    const from = performance.now();
    expect(await refusalOf(client, ["tokens", "revoke", id], BOOTSTRAP)).toBe("done");
    expect(new TextDecoder().decode((await errors.read()).value)).toBe("kata: the connection ended; again in 1 s\n");
    took.push(performance.now() - from);
    expect(await refusalOf(client, ["list"], token)).toBe("token_invalid");
    expect(new TextDecoder().decode((await errors.read()).value)).toStartWith("kata: This token was revoked. ");
    expect(await tail.exited).toBe(1);
  }
  expect(Math.min(...took)).toBeLessThan(1_000);
  await authorOf(client, ann);
  expect(new TextDecoder().decode((await others.read()).value)).toContain('"actor":"ann"');
  expect(other.exitCode).toBeNull();
});
