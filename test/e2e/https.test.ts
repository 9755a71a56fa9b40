import { expect, test } from "bun:test";
import { chmodSync, copyFileSync, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { connect } from "node:tls";
import { homeOf } from "../../src/config/home.ts";
import { makeCertificate } from "../certificate.ts";
import { freePort } from "../free-port.ts";
import { type Workspace, workspace } from "../workspace.ts";

type Status = { daemons: { pid: number; address: string; listeners: { address: string; protocol: string; mode: string }[] }[] };

/** The name of the certificate that a port shows. */
function shownAt(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.end();
    });
    socket.on("error", reject);
  });
}

async function shows(port: number, name: string): Promise<void> {
  for (const end = Date.now() + 10_000; (await shownAt(port)) !== name;) {
    if (Date.now() > end) throw new Error(`port ${port} does not show ${name}`);
    await Bun.sleep(10);
  }
}

const logOf = (kata: Workspace) => Bun.file(homeOf(kata.env).log).text();

test("[tls] cert and key make every TCP listener HTTPS, and this machine's own commands know the daemon by its certificate", async () => {
  await using kata = await workspace({ project: false });
  await makeCertificate(kata.home, "kata", { names: ["DNS:kata.example"] });
  const port = await freePort();
  const config = `listen = "127.0.0.1:${port}"\n\n[tls]\ncert = "kata.pem"\nkey = "kata.key"\n\n[auth]\ntoken = "s3cret-token"\n`;
  await Bun.write(join(kata.home, "config.toml"), config);
  chmodSync(join(kata.home, "config.toml"), 0o600);
  const located = { kind: "local", scheme: "https", address: `127.0.0.1:${port}`, request_base_url: `https://127.0.0.1:${port}` };
  expect((await kata`daemon locate --json`).json()).toMatchObject({ ...located, running: false });
  const { exit, stderr } = await kata`init --project demo`;
  expect((await kata`daemon locate --json`).json()).toMatchObject({ ...located, running: true });
  expect(await kata`doctor`).toMatchObject({ exit: 0, stdout: expect.stringContaining(`https://127.0.0.1:${port} answers in`) });
  expect([exit, stderr]).toEqual([0, `kata: started a daemon at 127.0.0.1:${port}\n`]);
  expect((await kata`create "Fix it"`).exit).toBe(0);
  expect((await kata`list`).stdout).toContain("Fix it");
  const status = await kata`daemon status`;
  expect(status.stdout).toMatch(
    new RegExp(
      `^daemon pid=\\d+ \\S+ address=127\\.0\\.0\\.1:${port} .*\\nlistener address=127\\.0\\.0\\.1:${port} protocol=https mode=shared_token\\n$`,
    ),
  );
  // Plain HTTP gets nothing there, and neither does a caller that does not know the authority.
  const plain = await fetch(`http://127.0.0.1:${port}/api/v1/ping`).then(
    ({ ok }) => ok,
    () => false,
  );
  expect(plain).toBe(false);
  const stranger = await kata.run(["list"], { env: { KATA_SERVER: `https://127.0.0.1:${port}`, KATA_AUTH_TOKEN: "s3cret-token" } });
  expect(stranger.exit).toBe(7);
  expect(status.stdout + stderr + (await kata`daemon status --json`).stdout + (await logOf(kata))).not.toContain("s3cret");
});

test("`[[listener]]` says where a listener differs: plain HTTP, or a certificate of its own, which a client trusts by its authority", async () => {
  await using kata = await workspace({ project: false });
  const authority = await makeCertificate(kata.home, "authority");
  await makeCertificate(kata.home, "common", { by: authority });
  await makeCertificate(kata.home, "other", { by: authority });
  const config = [
    `listen = "127.0.0.1:0"`,
    '[tls]\ncert = "common.pem"\nkey = "common.key"',
    '[[listener]]\naddress = "[::1]:0"\ntls = false',
    `[[listener]]\naddress = "127.0.0.2:0"\ncert = "other.pem"\nkey = "${kata.home}/other.key"`,
  ];
  await Bun.write(join(kata.home, "config.toml"), `${config.join("\n\n")}\n`);
  expect((await kata`daemon start`).stderr.split("\n").map((line) => line.replace(/^.* listens on /, "").replace(/:\d+ /, " "))).toEqual([
    "127.0.0.1 (https, open)",
    "[::1] (plain, open)",
    "127.0.0.2 (https, open)",
    "",
  ]);
  const [daemon] = (await kata`daemon status --json`).json<Status>().daemons;
  const [common, plain, other] = (daemon?.listeners ?? []).map(({ address }) => address);
  const ping = async (url: string, more: BunFetchRequestInit = {}) => (await fetch(`${url}/api/v1/ping`, more)).status;
  expect(await ping(`http://${plain}`)).toBe(200);
  expect(await shownAt(Number(common?.split(":")[1]))).toBe("common");
  const KATA_CA_FILE = authority.cert;
  expect((await kata.run(["projects", "list"], { env: { KATA_SERVER: `https://${common}`, KATA_CA_FILE } })).exit).toBe(0);
  const ca = Bun.file(authority.cert);
  expect(await ping(`https://${other}`, { tls: { ca, checkServerIdentity: () => undefined } })).toBe(200);
});

test("SIGHUP takes a new certificate: open streams and running requests survive", async () => {
  await using kata = await workspace({ project: false });
  const [one, two] = [await makeCertificate(kata.home, "one"), await makeCertificate(kata.home, "two")];
  const now = { cert: join(kata.home, "now.pem"), key: join(kata.home, "now.key") };
  const show = (made: typeof one) => (["cert", "key"] as const).forEach((file) => copyFileSync(made[file], now[file]));
  show(one);
  const port = await freePort();
  await Bun.write(join(kata.home, "config.toml"), `listen = "127.0.0.1:${port}"\n[tls]\ncert = "now.pem"\nkey = "now.key"\n`);
  await kata`init --project demo`;
  const url = `https://127.0.0.1:${port}/api/v1`;
  const tls = { ca: [Bun.file(one.cert), Bun.file(two.cert)] };
  const stream = await fetch(`${url}/events/stream`, { headers: { accept: "text/event-stream" }, tls });
  const reader = stream.body?.getReader();
  const read = async (until: string) => {
    let text = "";
    while (!text.includes(until)) text += new TextDecoder().decode((await reader?.read())?.value);
    return text;
  };
  await read(": connected");

  // A request that is still being sent while the certificate changes.
  const [sending, half] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const body = JSON.stringify({ actor: "a", title: "Begun before" });
  const begun = new Promise<string>((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false }, () => {
      const head = `POST /api/v1/projects/1/issues HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json`;
      socket.write(`${head}\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 5)}`, () => half.resolve());
      void sending.promise.then(() => socket.end(body.slice(5)));
    });
    let got = "";
    socket.on("data", (data: Buffer) => (got += data.toString()));
    socket.on("close", () => resolve(got));
    socket.on("error", reject);
  });
  await half.promise;

  show(two);
  expect((await kata`daemon reload`).exit).toBe(0);
  await shows(port, "two");
  sending.resolve();
  expect(await begun).toStartWith("HTTP/1.1 200");
  expect(await read("id: 1\n")).toContain("issue.created");
  // Commands on this machine know the new one, and the stream hears what they do.
  expect((await kata`create "Made after"`).exit).toBe(0);
  expect(await read("id: 2\n")).toContain("issue.created");

  // A broken pair keeps the one before, and the log says so.
  copyFileSync(one.cert, now.cert);
  await kata`daemon reload`;
  const kept = `127.0.0.1:${port} keeps the certificate that it has: tls: the key in ${now.key} is not that of the certificate in ${now.cert}`;
  for (const end = Date.now() + 10_000; !(await logOf(kata)).includes(kept);) {
    if (Date.now() > end) throw new Error(await logOf(kata));
    await Bun.sleep(10);
  }
  expect(await shownAt(port)).toBe("two");
  expect((await kata`create "Made with the old"`).exit).toBe(0);
  expect(await read("id: 3\n")).toContain("issue.created");
  await reader?.cancel();
  expect((await kata`daemon stop`).exit).toBe(0);
});

test.if(process.platform === "linux")("SIGHUP takes a new certificate, and nobody who comes or goes on meanwhile is cut off", async () => {
  await using kata = await workspace({ project: false });
  const made = [await makeCertificate(kata.home, "one"), await makeCertificate(kata.home, "two")];
  const show = (n: number) =>
    (["cert", "key"] as const).forEach((file) => copyFileSync(made[n % 2]?.[file] ?? "", join(kata.home, `now.${file}`)));
  show(0);
  const port = await freePort();
  await Bun.write(join(kata.home, "config.toml"), `listen = "127.0.0.1:${port}"\n[tls]\ncert = "now.cert"\nkey = "now.key"\n`);
  await kata`daemon start`;
  const [pid = 0] = kata.daemons();
  const tls = { rejectUnauthorized: false };
  const done = new AbortController();
  const faults: unknown[] = [];
  // Half of them with a connection for each request, and half with one for all.
  const callers = [true, false, true, false].map(async (keepalive) => {
    for (let n = 0; !done.signal.aborted; n++) {
      const more = keepalive ? {} : { headers: { connection: "close" } };
      await fetch(`https://127.0.0.1:${port}/api/v1/ping`, { tls, keepalive, ...more }).then(
        (response) => response.text(),
        (error: unknown) => faults.push(error),
      );
    }
  });
  for (let n = 1; n <= 10; n++) {
    show(n);
    process.kill(pid, "SIGHUP");
    await shows(port, n % 2 === 1 ? "two" : "one");
  }
  done.abort();
  await Promise.all(callers);
  expect(faults).toEqual([]);
});

test("a certificate or key that can't be used is refused at start with the file's name, and nothing is made", async () => {
  await using kata = await workspace({ project: false });
  const [one, two] = [await makeCertificate(kata.home, "one"), await makeCertificate(kata.home, "two")];
  await Bun.write(join(kata.home, "junk.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  await Bun.$`openssl ec -in ${one.key} -aes256 -passout pass:x -out ${join(kata.home, "locked.key")}`.quiet();
  copyFileSync(one.key, join(kata.home, "open.key"));
  await Bun.$`chmod 644 ${join(kata.home, "open.key")}; chmod 600 ${join(kata.home, "locked.key")}; mkfifo ${join(kata.home, "pipe.pem")}`;
  const before = readdirSync(kata.home).sort();
  const cases: [string, string, string][] = [
    ["gone.pem", one.key, "gone.pem can't be read"],
    ["junk.pem", one.key, "junk.pem holds no certificate"],
    ["one.key", one.key, "one.key holds no certificate"],
    ["pipe.pem", one.key, "pipe.pem is no regular file"],
    [".", one.key, `${kata.home} is no regular file`],
    ["one.pem", "open.key", "open.key is open to others (mode 0644)"],
    ["one.pem", "locked.key", "locked.key holds no private key without a passphrase"],
    ["one.pem", "one.pem", "one.pem is open to others"],
    ["one.pem", two.key, "two.key is not that of the certificate in"],
  ];
  for (const [cert, key, words] of cases) {
    await Bun.write(join(kata.home, "config.toml"), `listen = "127.0.0.1:0"\n[tls]\ncert = "${cert}"\nkey = "${key}"\n`);
    const { exit, stderr } = await kata`daemon start --foreground`;
    expect([cert, key, exit, stderr]).toEqual([cert, key, 1, expect.stringContaining(words)]);
    expect(stderr).toMatch(/^kata: tls: .*\nHint: .*\n$/);
  }
  expect(readdirSync(kata.home).sort()).toEqual([...before, "config.toml"].sort());
  expect(existsSync(homeOf(kata.env).db)).toBe(false);
});

test("TLS before 1.2 is refused", async () => {
  await using kata = await workspace({ project: false });
  await makeCertificate(kata.home, "kata");
  const port = await freePort();
  await Bun.write(join(kata.home, "config.toml"), `listen = "127.0.0.1:${port}"\n[tls]\ncert = "kata.pem"\nkey = "kata.key"\n`);
  await kata`daemon start`;
  const speak = async (version: string) =>
    (await Bun.$`openssl s_client -connect 127.0.0.1:${port} ${version} -cipher DEFAULT@SECLEVEL=0 < /dev/null`.quiet().nothrow()).exitCode;
  expect([await speak("-tls1"), await speak("-tls1_1"), await speak("-tls1_2"), await speak("-tls1_3")]).toEqual([1, 1, 0, 0]);
});
