import { afterAll, expect } from "bun:test";
import { chmodSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { commands } from "../../src/cli/commands.ts";
import { makeCertificate } from "../certificate.ts";
import { asRoot } from "../namespace.ts";
import type { Workspace } from "../workspace.ts";
import { NAMES, Networks } from "./networks.ts";

const networks = new Networks();
afterAll(() => networks.end());
const test = asRoot(["ip", "nsenter", "curl", "openssl"]);

const TOKEN = /kata_[0-9A-Za-z]{36}/;
const secret = () => `s3cret-${crypto.randomUUID()}`;

/** A secret in each form in which it could stand somewhere: its beginning is too much already. */
const formsOf = (text: string): string[] => [
  text.slice(0, 20),
  Buffer.from(text.slice(0, 20)).toString("hex"),
  Buffer.from(text.slice(0, 21)).toString("base64"),
];

/** The files below a folder, by their paths. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name)] : [],
  );
}

/** The command lines of all processes. */
function commandLines(): string {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const lines = pids.map((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8");
    } catch {
      // It ended meanwhile.
      return "";
    }
  });
  return lines.join("\n");
}

/** Keeps all that is shown during a session, and every command line. */
function recorder() {
  const shown = new Map<string, string>();
  const lines = new Set<string>();
  const watch = setInterval(() => lines.add(commandLines()), 20);
  const keep = (what: string, text: string) => void shown.set(what, (shown.get(what) ?? "") + text);
  return {
    keep,
    /** Runs a command, and keeps what it says; `secretly` leaves out its answer, which is a secret. */
    async run(user: Workspace, words: string[], { env = {}, secretly = false }: { env?: Record<string, string>; secretly?: boolean } = {}) {
      const ran = await user.run(words, { env });
      keep(words.join(" "), secretly ? ran.stderr : ran.stdout + ran.stderr);
      return ran;
    },
    end() {
      clearInterval(watch);
      keep("/proc/*/cmdline", [...lines, commandLines()].join("\n"));
      return shown;
    },
  };
}

test("secrets never appear in the database, its log, the daemon's log, an export, runtime files, process lists, or what commands say", async () => {
  await using host = await networks.user("daemon");
  await using client = await networks.user("client");
  const record = recorder();
  const secrets = {
    bootstrap: secret(),
    inline: secret(),
    variable: secret(),
    named: secret(),
    wrong: secret(),
    password: secret(),
    proxy: secret(),
  };
  const put = async (user: Workspace, name: string, text: string, mode = 0o600) => {
    const path = join(user.home, name);
    await Bun.write(path, text);
    chmodSync(path, mode);
  };
  const { cert } = await makeCertificate(host.home, "kata", { names: NAMES });
  await makeCertificate(host.home, "other", { names: NAMES });
  const isSecret = (line: string) => line.length > 20 && !line.startsWith("-");
  const keys = ["kata.key", "other.key"].flatMap((name) => readFileSync(join(host.home, name), "utf8").split("\n").filter(isSecret));
  await put(host, "bootstrap", `${secrets.bootstrap}\n`);
  const config = (auth: string) => `listen = ["unix://${host.home}/kata.sock", "100.64.0.5:7777", "127.0.0.1:7777"]
[tls]
cert = "kata.pem"
key = "kata.key"
[[listener]]
address = "127.0.0.1:7777"
tls = false
[[listener]]
address = "10.0.0.5:7777"
cert = "other.pem"
key = "other.key"
[auth]
${auth}
`;

  // Settings that are refused, with a secret near what is wrong.
  for (const auth of [
    `token = "${secrets.inline}`,
    `tokne = "${secrets.inline}"`,
    `token = ["${secrets.inline}"]`,
    `token = "${secrets.inline}"\nrequire_token_identity = "${secrets.inline}"`,
  ]) {
    await put(host, "config.toml", config(auth));
    expect((await record.run(host, ["daemon", "start"])).exit).toBe(1);
    await record.run(host, ["doctor"]);
  }
  await put(host, "config.toml", config('token_file = "bootstrap"'));
  await put(host, "bootstrap", `${secrets.bootstrap}\n`, 0o644);
  expect((await record.run(host, ["daemon", "start"])).exit).toBe(1);
  await put(host, "bootstrap", `${secrets.bootstrap}\n`);

  // The token from config.toml, from a variable that it names, from KATA_AUTH_TOKEN, and at last from a file.
  for (const [auth, env] of [
    [`token = "${secrets.inline}"`, {}],
    ['token_env = "TEAM_TOKEN"', { TEAM_TOKEN: secrets.variable }],
    ["", { KATA_AUTH_TOKEN: secrets.named }],
  ] as const) {
    await put(host, "config.toml", config(auth));
    expect((await record.run(host, ["daemon", "restart"], { env })).exit).toBe(0);
    for (const words of [["projects", "list"], ["daemon", "locate", "--json"], ["doctor"], ["auth", "explain", "https://kata.example.com"]])
      expect([words, (await record.run(host, words, { env })).exit]).toEqual([words, 0]);
  }
  await put(host, "config.toml", config('token_file = "bootstrap"\nrequire_token_identity = true'));
  expect((await record.run(host, ["daemon", "restart"])).exit).toBe(0);
  expect(readFileSync(`/proc/${host.daemons()[0]}/environ`, "utf8")).not.toContain(secrets.bootstrap);

  // Minted tokens: shown once, written to a file, put in the place of another, revoked.
  const minted: string[] = [];
  const mint = async (...words: string[]) =>
    minted.push(TOKEN.exec((await record.run(host, ["tokens", ...words], { secretly: true })).stdout)?.[0] ?? "");
  await mint("create", "--actor", "wesm", "--name", "laptop");
  await mint("create", "--actor", "ann", "--json");
  await mint("rotate", "1");
  await record.run(host, ["tokens", "create", "--actor", "bo", "--token-file", "bo.token"]);
  minted.push(readFileSync(join(host.dir, "bo.token"), "utf8").trim());
  expect(minted.filter((token) => TOKEN.test(token))).toHaveLength(4);
  const [revoked = "", ann = "", wesm = "", bo = ""] = minted;
  await record.run(host, ["tokens", "list", "--json"]);

  // Another host: a token of its own, of a catalog, mistyped, wrong, revoked, and in places where none belongs.
  await put(client, "bo.token", bo);
  await put(
    client,
    "config.toml",
    `[[daemon]]\nname = "inline"\nurl = "https://100.64.0.5:7777"\nca_file = "${cert}"\ntoken = "${ann}"\n` +
      `[[daemon]]\nname = "file"\nurl = "https://100.64.0.5:7777"\nca_file = "${cert}"\ntoken_file = "bo.token"\n` +
      `[[daemon]]\nname = "proxied"\nurl = "https://100.64.0.5:7777"\nproxy = "http://user:${secrets.proxy}@100.64.0.5:3128"\ntoken = "${ann}"\n`,
  );
  const env = { KATA_SERVER: "https://100.64.0.5:7777", KATA_CA_FILE: cert, KATA_AUTH_TOKEN: wesm };
  expect((await record.run(client, ["init", "--project", "demo"], { env })).exit).toBe(0);
  const planted = `planted-${crypto.randomUUID()}`;
  expect((await record.run(client, ["create", planted], { env })).exit).toBe(0);
  // A command that goes on is seen in the list of processes for sure.
  const tail = client.start(["events", "--tail", "--as", planted], { env });
  record.keep("events --tail", new TextDecoder().decode((await tail.stdout.getReader().read()).value));
  for (const daemon of ["inline", "file", "proxied"])
    for (const words of [["list"], ["daemon", "locate", "--json"], ["daemon", "locate"], ["doctor", "--json"]])
      await record.run(client, [...words, "--daemon", daemon]);
  const mistyped = wesm.replace(/.$/, (last) => (last === "x" ? "y" : "x"));
  for (const more of [
    { KATA_AUTH_TOKEN: mistyped },
    { KATA_AUTH_TOKEN: secrets.wrong },
    { KATA_AUTH_TOKEN: revoked },
    { KATA_SERVER: `https://user:${secrets.password}@100.64.0.5:7777` },
    { KATA_SERVER: `https://100.64.0.5:7777/?token=${secrets.password}` },
    { KATA_SERVER: "http://203.0.113.5:7777" },
  ])
    for (const words of [["list"], ["doctor"], ["whoami"], ["auth", "explain"], ["daemon", "locate"]])
      await record.run(client, words, { env: { ...env, ...more } });
  for (const [i, header] of [
    `Bearer ${secrets.wrong}`,
    `bearer ${wesm}`,
    `Basic ${Buffer.from(`user:${secrets.password}`).toString("base64")}`,
  ].entries()) {
    const stdin = `cacert = "${cert}"\nheader = "Authorization: ${header}"\nurl = "https://100.64.0.5:7777/api/v1/projects/${secrets.wrong}?token=${wesm}"\n`;
    const { stdout } = await networks.run("client", ["curl", "--silent", "--config", "-"], { stdin });
    record.keep(`answer ${i}`, stdout);
  }

  // What the daemon logs of a certificate that it can't take, and what it shows of itself.
  await put(host, "kata.key", readFileSync(join(host.home, "other.key"), "utf8"));
  await record.run(host, ["daemon", "reload"]);
  for (const words of [
    ["daemon", "status"],
    ["daemon", "status", "--json"],
    ["daemon", "locate", "--json"],
    ["doctor"],
    ["health"],
    ["tokens", "revoke", "2"],
  ])
    expect([words, (await record.run(host, words)).exit]).toEqual([words, 0]);
  if (commands.some(({ name }) => name === "export"))
    expect((await record.run(host, ["export", "--output", "-", "--allow-running-daemon"])).stdout).toContain(planted);
  const files = () =>
    [host, client].flatMap(({ home }) => filesBelow(join(home, ".."))).map((path) => [path, readFileSync(path, "latin1")] as const);
  const during = files();
  await record.run(host, ["daemon", "stop"]);
  const all = [...during, ...files(), ...record.end()];

  const searched = [...Object.values(secrets), ...minted, mistyped].flatMap(formsOf).concat(keys);
  const isHolder = (path: string) => /\/(?:config\.toml|bootstrap|bo\.token|(?:kata|other)\.key)$/.test(path);
  const found = all
    .filter(([what]) => !isHolder(what))
    .flatMap(([what, text]) => searched.filter((each) => text.includes(each)).map((each) => `${what}: ${each}`));
  expect(found).toEqual([]);

  // The search finds what is there.
  const places = (text: string) => new Set(all.filter(([, held]) => held.includes(text)).map(([what]) => what.replace(/.*\//, "")));
  expect([...places(planted)]).toEqual(expect.arrayContaining(["kata.db", "kata.db-wal", "cmdline", `create ${planted}`]));
  expect([...places(secrets.bootstrap)]).toEqual(["bootstrap"]);
  expect([...places(keys.at(-1) ?? "")].sort()).toEqual(["kata.key", "other.key"]);
  for (const name of ["kata.db", "kata.db-wal", "daemon.log", "kata.db.daemon.lock"])
    expect(all.map(([what]) => what)).toContainEqual(expect.stringMatching(new RegExp(`/${name}$`)));
  expect(all.map(([what]) => what)).toContainEqual(expect.stringMatching(/\/daemon\.\d+\.json$/));
  expect(statSync(join(host.home, "kata.db")).mode & 0o077).toBe(0);
});
