import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { homeOf } from "../../src/config/home.ts";
import type { ListenAddress } from "../../src/config/listener.ts";
import { freePort } from "../free-port.ts";
import { speak, statusesIn, written } from "../wire.ts";
import { type Workspace, workspace } from "../workspace.ts";

const SHARED = "s3cret-token";
const HOST = "Host: 127.0.0.1";
const BEARER = `Authorization: Bearer ${SHARED}`;
const JSON_TYPE = "Content-Type: application/json";

type Tcp = ListenAddress & { kind: "tcp" };
type Doors = { direct: Tcp; proxy: ListenAddress };

/** A daemon with a token, reached directly over TCP and through a socket that a trusted proxy has. */
async function daemonOf(kata: Workspace): Promise<Doors> {
  const direct = { kind: "tcp", host: "127.0.0.1", port: await freePort() } as const;
  const proxy = { kind: "unix", path: join(kata.home, "proxy.sock") } as const;
  const config = [
    `listen = ["127.0.0.1:${direct.port}", "unix://${proxy.path}"]`,
    'allowed_hosts = ["kata.example"]',
    `[auth]\ntoken = "${SHARED}"`,
    `[auth.proxy]\ntrusted_actor_header = "X-Kata-Actor"\ntrusted_proxy_listeners = ["unix://${proxy.path}"]`,
  ];
  await Bun.write(join(kata.home, "config.toml"), `${config.join("\n")}\n`);
  expect((await kata`init --project demo`).exit).toBe(0);
  return { direct, proxy };
}

const codeIn = (got: string): string => /"code":"([^"]*)"/.exec(got)?.[1] ?? String(statusesIn(got)[0]);

test("what looks like a second request within a first is never one: `nothing but the proxy can reach that listener`", async () => {
  await using kata = await workspace({ project: false });
  const { proxy } = await daemonOf(kata);
  const body = JSON.stringify({ title: "Smuggled" });
  const inner = written(
    ["POST /api/v1/projects/1/issues HTTP/1.1", HOST, BEARER, JSON_TYPE, "X-Kata-Actor: mallory", `Content-Length: ${body.length}`],
    body,
  );
  const length = `Content-Length: ${inner.length}`;
  const size = inner.length.toString(16);
  const post = ["POST /api/v1/projects/1/issues HTTP/1.1", HOST, BEARER, JSON_TYPE, "X-Kata-Actor: ann"];
  const chunk = `${size}\r\n${inner}\r\n0\r\n\r\n`;
  const cases: [string, string[], string][] = [
    ["a body of a GET", ["GET /api/v1/projects HTTP/1.1", HOST, BEARER, length], inner],
    ["a chunked body of a GET", ["GET /api/v1/projects HTTP/1.1", HOST, BEARER, "Transfer-Encoding: chunked"], chunk],
    ["a body of a path that is none", ["POST /nowhere HTTP/1.1", HOST, BEARER, JSON_TYPE, length], inner],
    ["a body of who is refused", ["POST /api/v1/projects HTTP/1.1", HOST, JSON_TYPE, length], inner],
    ["a chunked body of who is refused", ["POST /api/v1/projects HTTP/1.1", HOST, JSON_TYPE, "Transfer-Encoding: chunked"], chunk],
    ["a body of another type", ["POST /api/v1/projects HTTP/1.1", HOST, BEARER, "Content-Type: text/plain", length], inner],
    ["a length and chunks", [...post, length, "Transfer-Encoding: chunked"], `0\r\n\r\n${inner}`],
    ["chunks and a length", [...post, "Transfer-Encoding: chunked", "Content-Length: 4"], chunk],
    ["two lengths", [...post, "Content-Length: 0", length], inner],
    ["two lengths in one", [...post, `Content-Length: 0, ${inner.length}`], inner],
    ["a length with a sign", [...post, "Content-Length: +0"], inner],
    ["a length below zero", [...post, "Content-Length: -1"], inner],
    ["a length in hex", [...post, "Content-Length: 0x0"], inner],
    ["a length without digits", [...post, "Content-Length:"], inner],
    ["a length of more than 64 bits", [...post, "Content-Length: 18446744073709551616"], inner],
    ["another coding", [...post, "Transfer-Encoding: xchunked"], `0\r\n\r\n${inner}`],
    ["chunked, and then not", [...post, "Transfer-Encoding: chunked, identity"], `0\r\n\r\n${inner}`],
    ["two codings", [...post, "Transfer-Encoding: chunked", "Transfer-Encoding: identity"], `0\r\n\r\n${inner}`],
    ["a coding after a space", [...post, "Transfer-Encoding : chunked"], `0\r\n\r\n${inner}`],
    ["a coding after a control character", [...post, "Transfer-Encoding: \u000bchunked"], `0\r\n\r\n${inner}`],
    ["a chunk without its end", [...post, "Transfer-Encoding: chunked"], `2\r\n{}XX0\r\n\r\n${inner}`],
    ["chunks by line feeds", [...post, "Transfer-Encoding: chunked"], `2\n{}\n0\n\n${inner}`],
    ["a chunk of more than 64 bits", [...post, "Transfer-Encoding: chunked"], `10000000000000000\r\n${inner}`],
    ["a header by a carriage return", ["GET /api/v1/projects HTTP/1.1", HOST, BEARER, `X: a\r${inner}`], ""],
    ["a header folded", ["GET /api/v1/projects HTTP/1.1", HOST, BEARER, `X: a\r\n ${inner}`], ""],
    ["a request that wants to go on as another protocol", ["GET /api/v1/projects HTTP/1.1", HOST, BEARER, "Upgrade: h2c", length], inner],
  ];
  for (const [what, head, rest] of cases) {
    // The connection stays open for whatever would come out of it.
    const got = await speak(proxy, [...head, "", rest].join("\r\n"), { closeAfterMs: 150 });
    expect([what, statusesIn(got).length]).toEqual([what, 1]);
  }
  const trailer = [...post.slice(0, -1), "Transfer-Encoding: chunked", "Trailer: X-Kata-Actor"];
  expect(codeIn(await speak(proxy, written(trailer, '11\r\n{"title":"Later"}\r\n0\r\nX-Kata-Actor: mallory\r\n\r\n')))).toBe(
    "actor_header_required",
  );
  const issues = await speak(proxy, written(["GET /api/v1/projects/1/issues HTTP/1.1", HOST, BEARER]));
  expect([statusesIn(issues), issues.includes("mallory"), issues.includes("Smuggled")]).toEqual([[200], false, false]);
});

test("a bearer is `Bearer`, in these letters, one space and the token, once", async () => {
  await using kata = await workspace({ project: false });
  const { direct, proxy } = await daemonOf(kata);
  const cases: [string[], string][] = [
    [[BEARER], "200"],
    [[`authorization:${BEARER.slice("Authorization:".length)} \t`], "200"],
    [[`Authorization: bearer ${SHARED}`], "auth_required"],
    [[`Authorization: BEARER ${SHARED}`], "auth_required"],
    [[`Authorization: Bearer\t${SHARED}`], "auth_required"],
    [[`Authorization: Bearer${SHARED}`], "auth_required"],
    [[`Authorization: Token ${SHARED}`], "auth_required"],
    [[`Authorization: Basic ${btoa(`x:${SHARED}`)}`], "auth_required"],
    [[`Authorization: ${SHARED}`], "auth_required"],
    [["Authorization: Bearer"], "auth_required"],
    [["Authorization:"], "auth_required"],
    [[`Proxy-Authorization: Bearer ${SHARED}`], "auth_required"],
    [[`X-Authorization: Bearer ${SHARED}`, `Authorization_: Bearer ${SHARED}`], "auth_required"],
    [[`Cookie: token=${SHARED}`], "auth_required"],
    [[`Authorization: Bearer  ${SHARED}`], "auth_invalid"],
    [[`Authorization: Bearer ${SHARED.toUpperCase()}`], "auth_invalid"],
    [[`Authorization: Bearer ${SHARED}x`], "auth_invalid"],
    [[`Authorization: Bearer ${SHARED.slice(0, -1)}`], "auth_invalid"],
    [[`Authorization: Bearer "${SHARED}"`], "auth_invalid"],
    [[`Authorization: Bearer ${SHARED}, Bearer ${SHARED}`], "auth_invalid"],
    [[BEARER, BEARER], "auth_invalid"],
    [["Authorization: Bearer other", BEARER], "auth_invalid"],
    [["Authorization: Basic eDp5", BEARER], "auth_required"],
    [["Authorization:", BEARER], "auth_required"],
  ];
  for (const [lines, wanted] of cases)
    for (const place of [direct, proxy])
      expect([lines, codeIn(await speak(place, written(["GET /api/v1/projects HTTP/1.1", HOST, ...lines])))]).toEqual([lines, wanted]);
  for (const path of [
    `/api/v1/projects?token=${SHARED}`,
    `/api/v1/projects?access_token=${SHARED}`,
    `/api/v1/projects?authorization=Bearer%20${SHARED}`,
  ])
    expect([path, codeIn(await speak(direct, written([`GET ${path} HTTP/1.1`, HOST])))]).toEqual([path, "auth_required"]);
});

test("whoever has no token learns nothing: every path and every method is refused alike, but `/ping` and `/health`", async () => {
  await using kata = await workspace({ project: false });
  const { direct } = await daemonOf(kata);
  const refused = async (line: string) => {
    const got = await speak(direct, written([`${line} HTTP/1.1`, HOST]));
    return [
      line,
      statusesIn(got),
      /^www-authenticate: Bearer\r$/im.test(got),
      /^allow:/im.test(got),
      got.split("\r\n\r\n")[1]?.replaceAll(/"hint":"[^"]*"/g, ""),
    ];
  };
  const [, , , , words] = await refused("GET /api/v1/projects");
  expect(words).toContain("auth_required");
  for (const line of [
    "GET /",
    "GET /nowhere",
    "GET //api/v1/projects",
    "GET /api/v1/projects/",
    "GET /api/v1/%70rojects",
    "GET /api/v1/projects/1",
    "GET /api/v1/projects/999",
    "GET /api/v1/projects/x",
    "GET /openapi.json",
    "GET /api/v1/instance",
    "GET /api/v1/tokens",
    "GET http://127.0.0.1/api/v1/projects",
    "DELETE /api/v1/projects/1",
    "PUT /api/v1/projects",
    "OPTIONS /api/v1/projects",
    "TRACE /api/v1/projects",
    "GET /api/v1/events/stream",
  ])
    expect(await refused(line)).toEqual([line, [401], true, false, words]);
  const health = await speak(direct, written(["GET /api/v1/health HTTP/1.1", HOST]));
  expect([statusesIn(health), health.includes(kata.home), health.includes("kata.db")]).toEqual([[200], false, false]);
  expect(statusesIn(await speak(direct, written(["GET /api/v1/health HTTP/1.1", HOST, "Authorization: Bearer wrong"])))).toEqual([403]);
  const known = await speak(direct, written(["GET /api/v1/health HTTP/1.1", HOST, BEARER]));
  expect([statusesIn(known), known.includes(kata.home)]).toEqual([[200], true]);
});

test.if(process.platform === "linux")(
  "from twenty wrong credentials a minute on a peer is told to wait, and other peers and good tokens are not",
  async () => {
    await using kata = await workspace({ project: false });
    const { direct, proxy } = await daemonOf(kata);
    const ask = (bearer: string, from: string) =>
      speak(direct, written(["GET /api/v1/projects HTTP/1.1", HOST, `Authorization: Bearer ${bearer}`]), { from });
    const codes = [];
    for (let n = 0; n < 20; n++) codes.push(codeIn(await ask(`wrong-${n}`, "127.0.0.1")));
    expect(new Set(codes)).toEqual(new Set(["auth_invalid"]));
    const limited = await ask("wrong", "127.0.0.1");
    expect([statusesIn(limited), codeIn(limited)]).toEqual([[429], "rate_limited"]);
    const seconds = Number(/^retry-after: (\d+)\r$/im.exec(limited)?.[1]);
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(codeIn(await ask(SHARED, "127.0.0.1"))).toBe("200");
    expect(codeIn(await ask("wrong", "127.0.0.2"))).toBe("auth_invalid");
    // Whoever says to be forwarded for another is counted as the peer that he is.
    const forwarded = ["X-Forwarded-For: 10.9.9.9", "X-Real-IP: 10.9.9.9", "Forwarded: for=10.9.9.9", "Authorization: Bearer wrong"];
    expect(codeIn(await speak(direct, written(["GET /api/v1/projects HTTP/1.1", HOST, ...forwarded])))).toBe("rate_limited");
    for (let n = 0; n < 22; n++)
      expect(codeIn(await speak(proxy, written(["GET /api/v1/projects HTTP/1.1", HOST, "Authorization: Bearer wrong"])))).toBe(
        "auth_invalid",
      );
  },
);

test("a Host is a literal address or a name of the daemon, however it is written", async () => {
  await using kata = await workspace({ project: false });
  const { direct, proxy } = await daemonOf(kata);
  const cases: [string, string][] = [
    ["kata.example", "200"],
    ["KATA.example.:7777", "200"],
    ["localhost.", "200"],
    ["[::1]:7777", "200"],
    ["[fe80::1%eth0]", "200"],
    ["203.0.113.9", "200"],
    ["kata.example..", "host_forbidden"],
    ["user@127.0.0.1", "host_forbidden"],
    ["127.1", "host_forbidden"],
    ["2130706433", "host_forbidden"],
    ["0x7f000001", "host_forbidden"],
    ["[kata.example]", "host_forbidden"],
    ["kata.example.evil.example", "host_forbidden"],
    ["evil.example#kata.example", "host_forbidden"],
    ["evil.example/127.0.0.1", "host_forbidden"],
    ["::1", "validation"],
    ["127.0.0.1:x", "validation"],
    ["127.0.0.1:80:80", "validation"],
    ["127.0.0.1, evil.example", "validation"],
    ["", "validation"],
  ];
  for (const [host, wanted] of cases) {
    const head = ["GET /api/v1/projects HTTP/1.1", `Host: ${host}`, BEARER];
    expect([host, codeIn(await speak(direct, written(head)))]).toEqual([host, wanted]);
    // No page of the web reaches a Unix socket.
    expect([host, codeIn(await speak(proxy, written(head)))]).toEqual([host, "200"]);
  }
  const forwarded = ["X-Forwarded-Host: kata.example", "Forwarded: host=kata.example", "X-Host: kata.example"];
  expect(codeIn(await speak(direct, written(["GET /api/v1/projects HTTP/1.1", "Host: evil.example", ...forwarded, BEARER])))).toBe(
    "host_forbidden",
  );
});

test("each refusal of the HTTP interface's own has a hint", async () => {
  await using kata = await workspace({ project: false });
  const { direct } = await daemonOf(kata);
  const post = (body: string | Uint8Array) => [["POST /api/v1/projects", JSON_TYPE, `Content-Length: ${body.length}`], body] as const;
  const cases: (readonly [readonly string[], (string | Uint8Array)?])[] = [
    post(""),
    post("{"),
    post("[]"),
    post('{"name":"a","name":"b"}'),
    post('{"name":"\\ud800"}'),
    post('{"nome":"a"}'),
    post(`{"name":${"[".repeat(2_000)}${"]".repeat(2_000)}}`),
    [["POST /api/v1/projects", JSON_TYPE, "Content-Length: 2000000"]],
    [["POST /api/v1/projects", "Content-Type: text/plain", "Content-Length: 2"], "{}"],
    [["POST /api/v1/projects", "Content-Type: application/jsonp", "Content-Length: 2"], "{}"],
    [["POST /api/v1/projects/1/issues", JSON_TYPE, "Content-Length: 13"], '{"title":"x"}'],
    [["DELETE /api/v1/projects/1"]],
    [["GET /api/v1/projects", "Origin: null"]],
    [["PUT /api/v1/projects"]],
    [["GET /nowhere"]],
    [["GET /api/v1/projects/x"]],
    [["GET /api/v1/issues?view=all"]],
    [["GET /api/v1/issues?project_id=-1"]],
    [["GET /api/v1/events/stream"]],
    [["GET /api/v1/events/stream?after_id=x", "Accept: */*"]],
    [["GET /api/v1/events/stream?after_id=1", "Last-Event-ID: 1", "Accept: */*"]],
    [["GET /api/v1/projects", "Host: evil.example"]],
    [["GET /api/v1/projects", "Host: a:b"]],
  ];
  for (const [[line = "", ...more], body = ""] of cases) {
    const host = more.some((each) => each.startsWith("Host:")) ? [] : [HOST];
    const got = await speak(direct, written([`${line} HTTP/1.1`, ...host, BEARER, ...more], String(body)));
    const { error } = JSON.parse(got.split("\r\n\r\n")[1] ?? "{}") as { error?: { message: string; hint?: string } };
    expect([line, body, error?.hint]).toEqual([line, body, expect.stringMatching(/^[A-Z].*\.$/)]);
  }
});

test("a body that is too large is refused in the daemon's own words, and takes no memory, however it comes", async () => {
  await using kata = await workspace({ project: false });
  const { direct } = await daemonOf(kata);
  const [pid] = kata.daemons();
  const most = () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  const before = process.platform === "linux" ? most() : 0;
  const MIB = "x".repeat(1_048_576);
  const tooLarge = expect.stringMatching(/^\{"status":413,"error":\{"code":"error","message":"The body has more than \d+ bytes\.","hint":/);
  for (const [path, mibs] of [
    ["/projects", 2],
    ["/projects", 80],
    ["/projects/1/imports", 80],
  ] as const) {
    const post = [`POST /api/v1${path} HTTP/1.1`, HOST, BEARER, JSON_TYPE];
    const said = await sending(direct, [...post, `Content-Length: ${mibs * MIB.length}`], MIB, mibs);
    expect([path, said]).toEqual([path, tooLarge]);
    if (path === "/projects") {
      const chunks = await sending(direct, [...post, "Transfer-Encoding: chunked"], `100000\r\n${MIB}\r\n`, mibs, "0\r\n\r\n");
      expect([path, chunks]).toEqual([path, tooLarge]);
    }
  }
  if (process.platform === "linux") expect(most() - before).toBeLessThan(32_768);
});

test("a caller who goes away in the middle of a body is no fault that the log would tell", async () => {
  await using kata = await workspace({ project: false });
  const { direct } = await daemonOf(kata);
  const post = ["POST /api/v1/projects HTTP/1.1", HOST, BEARER, JSON_TYPE];
  for (const [length, begun] of [
    ["Content-Length: 100", '{"name'],
    ["Transfer-Encoding: chunked", '6\r\n{"name\r\n'],
    ["Transfer-Encoding: chunked", '6\r\n{"name\r\nno chunk\r\n'],
  ] as const) {
    const socket = connect(direct);
    socket.on("error", () => undefined);
    const written = new Promise<void>((resolve) => socket.write([...post, length, "", begun].join("\r\n"), () => resolve()));
    await written;
    await Bun.sleep(50);
    socket.destroy();
  }
  expect((await kata`daemon stop`).exit).toBe(0);
  expect(readFileSync(homeOf(kata.env).log, "utf8")).not.toContain(" error ");
});

/** Sends a body piece by piece, each as soon as there is room for it, and gives the body of the answer. */
async function sending({ host, port }: Tcp, head: string[], piece: string, times: number, end = ""): Promise<string> {
  const socket = connect({ host, port });
  const answered = Promise.withResolvers<string>();
  socket.on("data", (data: Buffer) => answered.resolve(data.toString().split("\r\n\r\n")[1] ?? ""));
  socket.on("error", answered.reject);
  const room = () => new Promise<void>((resolve) => socket.once("drain", resolve));
  socket.write([...head, "", ""].join("\r\n"));
  for (let n = 0; n < times; n++) if (!socket.write(piece)) await Promise.race([room(), Bun.sleep(10_000)]);
  socket.write(end);
  const answer = await answered.promise;
  socket.destroy();
  return answer;
}
