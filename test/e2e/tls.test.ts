import { expect, test } from "bun:test";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { homeOf } from "../../src/config/home.ts";
import { type Workspace, workspace } from "../workspace.ts";

/** A certificate that vouches for itself, for 127.0.0.1. */
async function selfSigned(kata: Workspace, name: string) {
  const [cert, key] = [join(kata.dir, `${name}.pem`), join(kata.dir, `${name}.key`)];
  const subject = ["-subj", `/CN=${name}`, "-addext", "subjectAltName=IP:127.0.0.1"];
  await Bun.$`openssl req -x509 -newkey rsa:2048 -nodes -days 2 ${subject} -keyout ${key} -out ${cert}`.quiet();
  return { cert, key };
}

/** The workspace's daemon by https, with a certificate of its own. */
async function byHttps(kata: Workspace) {
  const { cert, key } = await selfSigned(kata, "daemon");
  const unix = homeOf(kata.env).socket;
  const front = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    tls: { cert: Bun.file(cert), key: Bun.file(key) },
    fetch: ({ url, method, headers, body }) => {
      const { pathname, search } = new URL(url);
      return fetch(`http://kata.invalid${pathname}${search}`, { unix, method, headers, body });
    },
  });
  return { cert, url: `https://127.0.0.1:${front.port}`, [Symbol.asyncDispose]: () => front.stop(true) };
}

test("SSL_CERT_FILE, NODE_EXTRA_CA_CERTS or KATA_CA_FILE, any of them, names an authority for https", async () => {
  await using kata = await workspace();
  await using daemon = await byHttps(kata);
  const env = { KATA_SERVER: daemon.url };
  const refused = await kata.run(["projects", "list"], { env: { ...env, NODE_TLS_REJECT_UNAUTHORIZED: "0" } });
  expect([refused.exit, refused.stdout, refused.stderr]).toEqual([
    7,
    "",
    `kata: No kata daemon answers at ${daemon.url}, which KATA_SERVER names: its certificate is not signed by an authority that is trusted here.\n` +
      "Hint: Name a private authority's certificate: ca_file beside the daemon's url, or KATA_CA_FILE.\n",
  ]);
  for (const name of ["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "KATA_CA_FILE"]) {
    const { exit, stdout, stderr } = await kata.run(["projects", "list"], { env: { ...env, [name]: daemon.cert } });
    expect([name, exit, stderr]).toEqual([name, 0, ""]);
    expect(stdout).toContain("demo");
  }
});

test("ca_file beside the url is the authority of that daemon alone, and goes before KATA_CA_FILE", async () => {
  await using kata = await workspace();
  await using daemon = await byHttps(kata);
  const other = await selfSigned(kata, "other");
  await Bun.write(
    join(kata.home, "config.toml"),
    `[[daemon]]\nname = "right"\nurl = "${daemon.url}"\nca_file = "${daemon.cert}"\n\n[[daemon]]\nname = "wrong"\nurl = "${daemon.url}"\nca_file = "${other.cert}"\n`,
  );
  const run = (words: string[], env = {}) => kata.run(["projects", "list", ...words], { env });
  expect(await run(["--daemon", "right"], { KATA_CA_FILE: other.cert })).toMatchObject({ exit: 0, stderr: "" });
  expect(await run(["--daemon", "wrong"], { KATA_CA_FILE: daemon.cert })).toMatchObject({ exit: 7 });
  expect(await run([], { KATA_SERVER: daemon.url })).toMatchObject({ exit: 7 });
  await Bun.write(join(kata.dir, ".kata.local.toml"), `version = 1\n\n[server]\nurl = "${daemon.url}"\nca_file = "daemon.pem"\n`);
  expect(await run([])).toMatchObject({ exit: 0, stderr: "" });
});

test.each([
  ["is not there", "absent.pem", /KATA_CA_FILE: \S+absent\.pem can't be read: /],
  ["holds no certificate", "junk.pem", /KATA_CA_FILE: \S+junk\.pem holds no certificate\nHint: /],
])("a KATA_CA_FILE that %s is refused", async (_, file, words) => {
  await using kata = await workspace({ project: false });
  await Bun.write(join(kata.dir, "junk.pem"), "junk");
  const { exit, stderr } = await kata.run(["projects", "list"], { env: { KATA_SERVER: "https://127.0.0.1:1", KATA_CA_FILE: file } });
  expect([exit, stderr]).toEqual([1, expect.stringMatching(words)]);
});

test("https goes through a proxy where [[daemon]] proxy says so, which sees no token and is shown to nobody", async () => {
  await using kata = await workspace();
  await using daemon = await byHttps(kata);
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  const proxy = createServer((socket) => {
    sockets.add(socket.on("error", () => undefined));
    socket.once("data", (data: Buffer) => {
      seen.push(data.toString());
      const [, host = "", port] = /^CONNECT ([^:]+):(\d+) /.exec(data.toString()) ?? [];
      const there = connect(Number(port), host, () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        socket.pipe(there).pipe(socket);
      });
      sockets.add(there.on("error", () => undefined));
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const { port } = proxy.address() as { port: number };
  await Bun.write(
    join(kata.home, "config.toml"),
    `active_daemon = "work"\n\n[[daemon]]\nname = "work"\nurl = "${daemon.url}"\nca_file = "${daemon.cert}"\ntoken = "s3cret"\nproxy = "http://user:pr0xy@127.0.0.1:${port}"\n`,
  );
  try {
    expect(await kata`projects list`).toMatchObject({ exit: 0, stderr: "" });
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.every((each) => each.startsWith(`CONNECT ${new URL(daemon.url).host} `))).toBe(true);
    expect(seen.join("")).not.toContain("s3cret");
    for (const words of [
      ["daemon", "locate", "--json"],
      ["doctor", "--json"],
      ["auth", "explain", "--json"],
    ]) {
      const { stdout, stderr } = await kata.run(words);
      expect(stdout + stderr).not.toMatch(/s3cret|pr0xy/);
    }
  } finally {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  }
});
