import { afterAll, expect } from "bun:test";
import { join } from "node:path";
import { asRoot } from "../namespace.ts";
import { Networks } from "./networks.ts";

const networks = new Networks();
afterAll(() => networks.end());
const test = asRoot(["ip", "nsenter", "curl"]);

const AT = "100.64.0.5:7777";

test("kata daemon start --listen 100.64.0.5:7777 --insecure-readonly permits GET requests only, for unauthenticated experiments", async () => {
  await using host = await networks.user("daemon");
  await host`init --project demo`;
  await host`create "Made before"`;
  expect(await host`daemon start --listen ${AT} --insecure-readonly`).toMatchObject({
    exit: 0,
    stderr: expect.stringContaining(`${AT} (plain, read only)`),
  });
  await using client = await networks.user("client", { env: { KATA_SERVER: `http://${AT}` } });
  await Bun.write(join(client.dir, ".kata.toml"), 'version = 1\n\n[project]\nname = "demo"\n');
  for (const words of [["list"], ["search", "made"], ["events"], ["health"], ["projects", "list"]])
    expect([words, (await client.run(words)).exit]).toEqual([words, 0]);

  const status = async (...words: string[]) =>
    (
      await networks.run("client", [
        "curl",
        "--silent",
        "--max-time",
        "5",
        "--output",
        "/dev/null",
        "--write-out",
        "%{http_code}",
        ...words,
      ])
    ).stdout;
  const url = `http://${AT}/api/v1`;
  expect(await status(`${url}/projects/1/issues`)).toBe("200");
  // Mutations and the event stream still require authentication.
  const json = ["-H", "Content-Type: application/json", "--data", '{"actor":"eve","title":"Written"}'];
  expect(await status(...json, `${url}/projects/1/issues`)).toBe("401");
  expect(await status("-H", "Accept: text/event-stream", `${url}/events/stream`)).toBe("401");
  for (const method of ["HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE"])
    expect([method, await status(...(method === "HEAD" ? ["--head"] : ["-X", method]), `${url}/projects/1/issues`)]).toEqual([
      method,
      "401",
    ]);
  expect(await status("-H", "X-HTTP-Method-Override: POST", `${url}/projects/1/issues`)).toBe("401");
  expect(await status(`${url}/tokens`)).toBe("401");
  for (const words of [
    ["create", "Written"],
    ["events", "--tail"],
    ["tokens", "create", "--actor", "eve"],
  ]) {
    const { exit, stderr } = await client.run(words);
    expect([words, exit, stderr]).toEqual([words, 1, expect.stringContaining("This daemon only lets itself be read.")]);
  }
  expect((await host`list --json`).json<{ issues: unknown[] }>().issues).toHaveLength(1);
});

test("require_token_identity = true cannot be combined with --insecure-readonly", async () => {
  await using host = await networks.user("daemon", {
    config: "[auth]\nrequire_token_identity = true\n",
    env: { KATA_AUTH_TOKEN: "change-me" },
  });
  const { exit, stderr } = await host`daemon start --listen ${AT} --insecure-readonly`;
  expect([exit, stderr]).toEqual([2, expect.stringMatching(/auth\.require_token_identity .* and --insecure-readonly /)]);
});
