import { afterAll, expect } from "bun:test";
import { connect } from "node:net";
import { asRoot } from "../namespace.ts";
import { Networks } from "./networks.ts";
import { authorIn, DIRECT, proxied } from "./proxied.ts";

const networks = new Networks();
afterAll(() => networks.end());
const test = asRoot(["ip", "nsenter", "nginx", "caddy"]);

const REQUIRED = "400 actor_header_required";
const INVALID = "400 validation";
const utf8 = (text: string) => Buffer.from(text).toString("latin1");

/** Header lines as the bytes that they are, and whom they name, or how they are refused. */
const lines: [what: string, lines: string[], outcome: string][] = [
  ["one value", ["X-Kata-Actor: ann"], "ann"],
  ["another case", ["x-KATA-actor: ann"], "ann"],
  ["no white space", ["X-Kata-Actor:ann"], "ann"],
  ["white space around", ["X-Kata-Actor: \t ann \t "], "ann"],
  ["two values", ["X-Kata-Actor: ann", "X-Kata-Actor: bo"], "ann"],
  ["two values in different case", ["x-kata-actor: ann", "X-KATA-ACTOR: bo"], "ann"],
  ["a comma", ["X-Kata-Actor: ann, bo"], "ann"],
  ["a comma without white space", ["X-Kata-Actor: ann,bo"], "ann"],
  ["three in two headers", ["X-Kata-Actor: ann, bo", "X-Kata-Actor: eve"], "ann"],
  ["an empty value before another", ["X-Kata-Actor:", "X-Kata-Actor: bo"], REQUIRED],
  ["a comma before a value", ["X-Kata-Actor: ,bo"], REQUIRED],
  ["no header", [], REQUIRED],
  ["an empty value", ["X-Kata-Actor:"], REQUIRED],
  ["white space alone", ["X-Kata-Actor:  \t "], REQUIRED],
  ["an underscore", ["X_Kata_Actor: mallory"], REQUIRED],
  ["one underscore of two", ["X-Kata_Actor: mallory"], REQUIRED],
  ["an underscore before the header", ["X_Kata_Actor: mallory", "X-Kata-Actor: ann"], "ann"],
  ["an underscore behind the header", ["X-Kata-Actor: ann", "X_Kata_Actor: mallory"], "ann"],
  ["a longer name", ["X-Kata-Actor-Name: mallory"], REQUIRED],
  ["UTF-8", [`X-Kata-Actor: ${utf8("José Ångström")}`], "José Ångström"],
  ["UTF-8 that has a byte like white space", [`X-Kata-Actor: ${utf8("à")}`], "à"],
  ["Latin-1", ["X-Kata-Actor: Jos\xe9"], INVALID],
  ["bytes that are no character", ["X-Kata-Actor: ann\xff\xfe"], INVALID],
  ["half a character", ["X-Kata-Actor: ann\xc3"], INVALID],
  ["an overlong slash", ["X-Kata-Actor: ann\xc0\xaf"], INVALID],
  ["a surrogate", ["X-Kata-Actor: \xed\xa0\x80"], INVALID],
  ["64 characters", [`X-Kata-Actor: ${"a".repeat(64)}`], "a".repeat(64)],
  ["64 characters of four bytes", [`X-Kata-Actor: ${utf8("🦊".repeat(64))}`], "🦊".repeat(64)],
  ["65 characters", [`X-Kata-Actor: ${"a".repeat(65)}`], INVALID],
  ["a character that reorders text", [`X-Kata-Actor: ${utf8("ann\u202ebo")}`], INVALID],
  ["a byte order mark before it", [`X-Kata-Actor: ${utf8("\ufeffann")}`], "ann"],
  ["a byte order mark inside", [`X-Kata-Actor: ${utf8("an\ufeffn")}`], INVALID],
  ["a tab inside", ["X-Kata-Actor: a\tnn"], INVALID],
];

/** What no HTTP message has. */
const malformed: [what: string, lines: string[]][] = [
  ["a control character", ["X-Kata-Actor: an\x01n"]],
  ["an escape character", ["X-Kata-Actor: \x1b[31mann"]],
  ["a deleted character", ["X-Kata-Actor: ann\x7f"]],
  ["a null", ["X-Kata-Actor: an\x00n"]],
  ["a carriage return alone", ["X-Kata-Actor: ann\rX-Other: bo"]],
  ["a line that goes on in the next", ["X-Kata-Actor:", " mallory"]],
  ["a value that goes on in the next line", ["X-Kata-Actor: mal", "\tlory"]],
  ["white space before the colon", ["X-Kata-Actor : mallory"]],
  ["no colon", ["X-Kata-Actor mallory"]],
  ["a null in the name", ["X-Kata-Actor\x00: mallory"]],
];

/** A request for a new issue, with these header lines. */
function request(head: readonly string[]): Buffer {
  const body = JSON.stringify({ actor: "mallory", title: Bun.randomUUIDv7() });
  const usual = ["Host: 100.64.0.5", "Connection: close", "Content-Type: application/json", `Content-Length: ${body.length}`];
  return Buffer.from([`POST /api/v1/projects/1/issues HTTP/1.1`, ...usual, ...head, "", body].join("\r\n"), "latin1");
}

function outcomeOf(answer: string): string {
  const [head = "", ...rest] = answer.split("\r\n\r\n");
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1] ?? "no answer";
  const body = rest.join("\r\n\r\n");
  // A body in pieces has their lengths between them; here it has one piece.
  return authorIn(status, /\{[^]*\}/.exec(body)?.[0] ?? body);
}

/** Sends bytes to a Unix socket, and reads what is answered. */
function sendUnix(path: string, bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    const socket = connect({ path }, () => socket.write(bytes));
    socket.setTimeout(10_000, () => socket.destroy());
    socket.on("data", (data: Buffer) => pieces.push(data));
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(Buffer.concat(pieces).toString()));
  });
}

/** The same to a port, from a host of the networks. */
async function sendTcp(from: "daemon" | "client", at: string, bytes: Buffer): Promise<string> {
  const [address, port] = at.split(":");
  const words = ["timeout", "10", "bash", "-c", `exec 3<>/dev/tcp/${address}/${port}; cat >&3; cat <&3`];
  return (await networks.run(from, words, { stdin: bytes })).stdout;
}

const inBatches = async <T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> => {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += 8) results.push(...(await Promise.all(items.slice(at, at + 8).map(work))));
  return results;
};

/** A daemon with real proxies before it: two that pass on what they get, and two that say themselves who acts. */
async function allWays() {
  const behind = await proxied(networks);
  const { folder, socket, tcp, host, start } = behind;
  await host`init --project demo`;
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder}/${name};`).join(" ");
  const server = (port: number, more: string) => `server {
    listen 100.64.0.5:${port};
    ignore_invalid_headers off; underscores_in_headers on;
    location / { proxy_pass http://unix:${socket}:; proxy_http_version 1.1; ${more} }
  }`;
  const servers = server(8081, "") + server(8083, "proxy_set_header X-Kata-Actor ann;");
  const nginx = `user www-data; worker_processes 1; pid ${folder}/nginx.pid; events { } http { access_log off; ${temporary} ${servers} }`;
  await Bun.write(`${folder}/nginx.conf`, nginx);
  const site = (port: number, more: string) =>
    `http://100.64.0.5:${port} {\n bind 100.64.0.5\n reverse_proxy unix/${socket} {\n ${more}\n }\n}\n`;
  await Bun.write(`${folder}/Caddyfile`, `{\n admin off\n}\n${site(8082, "")}${site(8084, "header_up X-Kata-Actor ann")}`);
  await Promise.all([
    start(["nginx", "-e", `${folder}/error.log`, "-c", `${folder}/nginx.conf`, "-g", "daemon off;"], 8083),
    start(["caddy", "run", "--config", `${folder}/Caddyfile`, "--adapter", "caddyfile"], 8084, { HOME: folder }),
  ]);
  const at = (port: number) => (bytes: Buffer) => sendTcp("client", `100.64.0.5:${port}`, bytes);
  const direct = (address: string) => (bytes: Buffer) => sendTcp("daemon", address, bytes);
  const ways = {
    "a Unix socket": (bytes: Buffer) => sendUnix(socket, bytes),
    "a TCP listener": direct(tcp),
    "nginx that passes it on": at(8081),
    "Caddy that passes it on": at(8082),
  };
  const strict = { nginx: at(8083), Caddy: at(8084) };
  return { ways, strict, past: direct(DIRECT), [Symbol.asyncDispose]: () => behind[Symbol.asyncDispose]() };
}

test("The daemon uses the first value of the configured header, and takes only what can be a name; bytes that are no HTTP are refused", async () => {
  await using all = await allWays();
  const outcomes = (cases: readonly [string, string[], ...unknown[]][], send: (bytes: Buffer) => Promise<string>) =>
    inBatches(cases, async ([what, head]) => [what, outcomeOf(await send(request(head)))]);
  for (const [way, send] of Object.entries(all.ways)) {
    expect([way, await outcomes(lines, send)]).toEqual([way, lines.map(([what, , outcome]) => [what, outcome])]);
    // Caddy makes one line of a value that goes on in the next, and passes that on.
    const unfolded = way.startsWith("Caddy") ? ["mallory", "mal lory"] : [];
    const refused = (what: string) => [
      what,
      what.includes("goes on") && unfolded.length > 0 ? unfolded.shift() : expect.stringMatching(/^400/),
    ];
    expect([way, await outcomes(malformed, send)]).toEqual([way, malformed.map(([what]) => refused(what))]);
  }
  // Where the proxy says who acts, no bytes of a client make it another.
  for (const [way, send] of Object.entries(all.strict)) {
    const every: [string, string[], ...unknown[]][] = [...lines, ...malformed];
    const wanted = every.map(([what]) => [what, expect.stringMatching(/^(?:ann|400)$/)]);
    const got = await outcomes(every, send);
    expect([way, got]).toEqual([way, wanted]);
    expect(got.filter(([, outcome]) => outcome === "ann").length).toBeGreaterThanOrEqual(lines.length);
  }
  // A client on any other path cannot set the header to spoof an actor: there the request itself says who acts.
  expect(await outcomes(lines, all.past)).toEqual(lines.map(([what]) => [what, "mallory"]));
});
