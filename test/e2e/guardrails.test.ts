import { expect, test } from "bun:test";
import { createServer, type Socket } from "node:net";
import { freePort } from "../free-port.ts";
import { workspace } from "../workspace.ts";

test("a redirect is refused, names where it wanted to go, and takes no token along", async () => {
  await using kata = await workspace({ project: false });
  const seen: string[] = [];
  using elsewhere = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: ({ url }) => (seen.push(url), Response.json({ ok: true, service: "kata" })),
  });
  const to = `http://127.0.0.1:${elsewhere.port}`;
  for (const status of [301, 302, 303, 307, 308]) {
    using front = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: ({ url }) => Response.redirect(`${to}/team${new URL(url).pathname}?token=no`, status),
    });
    const server = `http://127.0.0.1:${front.port}`;
    const { exit, stderr } = await kata.run(["projects", "list"], { env: { KATA_SERVER: server, KATA_AUTH_TOKEN: "s3cret" } });
    expect([status, exit, stderr]).toEqual([
      status,
      7,
      `kata: No kata daemon answers at ${server}, which KATA_SERVER names: it redirects to ${to}/team/api/v1/ping, and kata follows no redirect, so that a token stays where it belongs.\n` +
        `Hint: If the daemon is there, name that address: KATA_SERVER=${to}/team\n`,
    ]);
  }
  expect(seen).toEqual([]);
});

test("a redirect of a later request is refused as well", async () => {
  await using kata = await workspace({ project: false });
  const seen: string[] = [];
  using elsewhere = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: ({ url }) => (seen.push(url), Response.json({ projects: [] })) });
  using front = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: ({ url }) =>
      url.endsWith("/ping") ? Response.json({ ok: true, service: "kata" }) : Response.redirect(`http://127.0.0.1:${elsewhere.port}/`, 307),
  });
  const env = { KATA_SERVER: `http://127.0.0.1:${front.port}`, KATA_AUTH_TOKEN: "s3cret" };
  for (const words of [
    ["projects", "list"],
    ["events", "--tail", "--all-projects"],
    ["init", "--project", "demo"],
  ]) {
    const { exit, stdout, stderr } = await kata.run(words, { env });
    expect([exit, stdout, stderr]).toEqual([
      7,
      "",
      expect.stringContaining(`it redirects to http://127.0.0.1:${elsewhere.port}/, and kata follows no redirect`),
    ]);
  }
  expect(seen).toEqual([]);
});

/** A listener that says yes to everything a client may want of a proxy, and counts who comes. */
async function proxy() {
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("error", () => undefined).on("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const url = `http://127.0.0.1:${port}`;
  const variables = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "FTP_PROXY", "SOCKS_PROXY"];
  const env = Object.fromEntries([
    ...variables.map((name) => [name, url]),
    ["NO_PROXY", ""],
    ["no_proxy", ""],
    ["CGI_HTTP_PROXY", url],
  ]) as Record<string, string>;
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { url, env, connections: () => connections, [Symbol.asyncDispose]: close };
}

test("whatever the proxy variables say, nothing arrives at a proxy: plain http, a Unix socket, https", async () => {
  await using kata = await workspace();
  await using way = await proxy();
  const port = await freePort();
  expect((await kata.run(["projects", "list"], { env: way.env })).exit).toBe(0);
  await kata.run(["daemon", "restart", "--listen", `127.0.0.1:${port}`], { env: way.env });
  const env = { ...way.env, KATA_SERVER: `http://127.0.0.1:${port}`, KATA_AUTH_TOKEN: "s3cret" };
  for (const words of [["projects", "list"], ["create", "Past the proxy"], ["health"], ["doctor"]]) {
    expect([words, (await kata.run(words, { env })).exit]).toEqual([words, 0]);
  }
  const tail = kata.start(["events", "--tail"], { env });
  for await (const piece of tail.stdout) {
    expect(new TextDecoder().decode(piece)).toContain("issue.created");
    break;
  }
  // Nobody is there: a client that asked a proxy would have found one.
  for (const server of [`http://127.0.0.1:${await freePort()}`, "http://10.255.255.1:1", `https://127.0.0.1:${await freePort()}`]) {
    expect((await kata.run(["projects", "list"], { env: { ...env, KATA_SERVER: server } })).exit).toBe(7);
  }
  expect(way.connections()).toBe(0);
});

test("an address that is refused is never connected to", async () => {
  await using kata = await workspace({ project: false });
  await using way = await proxy();
  const { port } = new URL(way.url);
  for (const host of ["localhost", "2130706433", "0x7f.1", "127.1", "017700000001", "127.0.0.1.", "user@127.0.0.1", "127%2E0.0.1", "0"]) {
    const env = { KATA_SERVER: `http://${host}:${port}`, KATA_AUTH_TOKEN: "s3cret", KATA_ALLOW_INSECURE: "1" };
    for (const words of [["projects", "list"], ["health"], ["doctor"]]) {
      const { exit, stderr } = await kata.run(words, { env });
      expect([host, words, exit, stderr]).toEqual([host, words, 1, expect.stringContaining("Hint: ")]);
    }
  }
  expect(way.connections()).toBe(0);
});
