import { afterAll, expect } from "bun:test";
import { join } from "node:path";
import { asRoot } from "../namespace.ts";
import { Networks } from "./networks.ts";
import { authorBy, type Proxied, proxied } from "./proxied.ts";

const networks = new Networks();
afterAll(() => networks.end());
const test = asRoot(["ip", "nsenter", "nginx", "curl", "openssl"]);

/** nginx with workers that run as www-data, and these servers. */
async function nginx({ folder, start }: Proxied, port: number, servers: string): Promise<void> {
  const config = `
    user www-data;
    worker_processes 1;
    pid ${folder}/nginx.pid;
    error_log ${folder}/error.log;
    events { }
    http {
      access_log off;
      ${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder}/${name};`).join(" ")}
      ${servers}
    }`;
  await Bun.write(join(folder, "nginx.conf"), config);
  await start(["nginx", "-e", join(folder, "error.log"), "-c", join(folder, "nginx.conf"), "-g", "daemon off;"], port);
}

/** A server at a port that passes on to the daemon's socket, with more directives. */
const server = ({ socket }: Proxied, port: number, directives = "", outside = "") => `
  server {
    listen 100.64.0.5:${port};
    ${outside}
    location / { proxy_pass http://unix:${socket}:; proxy_http_version 1.1; ${directives} }
  }`;

test("The proxy must strip any client-supplied copy of the header: nginx puts its own in the place of all of them", async () => {
  await using behind = await proxied(networks);
  await Bun.write(join(behind.folder, "users"), "ann:{PLAIN}s3cret-of-ann\n");
  const asks = `auth_basic kata; auth_basic_user_file ${behind.folder}/users; proxy_set_header X-Kata-Actor $remote_user;`;
  await nginx(
    behind,
    8081,
    [
      server(behind, 8081, asks),
      server(behind, 8082),
      server(behind, 8083, asks, "underscores_in_headers on;"),
      server(behind, 8084, "", "underscores_in_headers on;"),
    ].join(""),
  );
  const by = (port: number, ...words: string[]) => authorBy(networks, `http://100.64.0.5:${port}`, ...words);
  const [ann, claim] = [
    ["--user", "ann:s3cret-of-ann"],
    ["-H", "X-Kata-Actor: mallory"],
  ];
  const spellings = ["X_Kata_Actor", "X-Kata_Actor", "X_KATA-ACTOR"].flatMap((name) => ["-H", `${name}: mallory`]);
  expect((await behind.host`init --project demo`).exit).toBe(0);

  expect(await by(8081, ...ann)).toBe("ann");
  expect(await by(8081, ...ann, ...claim, "-H", "x-kata-actor: mallory", ...spellings)).toBe("ann");
  expect(await by(8081, ...claim)).toBe("401");
  expect(await by(8081, "--user", "ann:wrong", ...claim)).toBe("401");
  // Not stripped, the client's own copy counts, and of several the first.
  expect(await by(8082, "-H", "X-Kata-Actor: bo")).toBe("bo");
  expect(await by(8082, "-H", "X-Kata-Actor: bo", "-H", "X-Kata-Actor: ann")).toBe("bo");
  expect(await by(8082)).toBe("400 actor_header_required");
  expect(await by(8082, ...spellings)).toBe("400 actor_header_required");
  // Names that only look like the header are not the header, where nginx lets them through too.
  expect(await by(8083, ...spellings, ...ann)).toBe("ann");
  expect(await by(8084, ...spellings)).toBe("400 actor_header_required");
});

test("A proxy front-end cannot mint or revoke tokens; reads are never blocked; clients past the proxy cannot set the header", async () => {
  await using behind = await proxied(networks, 'token = "change-me"');
  const bearer = 'proxy_set_header Authorization "Bearer change-me";';
  await nginx(
    behind,
    8081,
    server(behind, 8081, `proxy_set_header X-Kata-Actor ann; ${bearer}`) +
      server(behind, 8082, bearer) +
      server(behind, 8083, "proxy_set_header X-Kata-Actor ann;"),
  );
  await behind.host.run(["init", "--project", "demo"]);
  const at = (port: number) => `http://100.64.0.5:${port}`;
  expect(await authorBy(networks, at(8081))).toBe("ann");
  // Where a token is set, a trusted-proxy listener asks for it too: the proxy sends it.
  expect(await authorBy(networks, at(8083))).toBe("401 auth_required");
  const status = async (url: string, ...words: string[]) =>
    (await networks.run("client", ["curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code}", ...words, url])).stdout;
  const post = ["-H", "Content-Type: application/json", "--data", '{"actor":"eve"}'];
  for (const path of ["tokens", "tokens/1/actions/revoke", "tokens/1/actions/rotate"])
    expect([path, await status(`${at(8081)}/api/v1/${path}`, ...post)]).toEqual([path, "403"]);
  expect(await status(`${at(8081)}/api/v1/tokens`)).toBe("403");
  for (const path of ["projects", "projects/1/issues", "events", "health"])
    expect([path, await status(`${at(8082)}/api/v1/${path}`)]).toEqual([path, "200"]);
  const direct = await networks.run("daemon", [
    "curl",
    "--silent",
    ...post.slice(0, 2),
    "-H",
    "Authorization: Bearer change-me",
    "-H",
    "X-Kata-Actor: ann",
    "--data",
    '{"actor":"bo","title":"Past the proxy"}',
    "http://127.0.0.1:7777/api/v1/projects/1/issues",
  ]);
  expect(direct.stdout).toContain('"author":"bo"');
});

test("commands on another host work through nginx with HTTPS, which knows each user by a token, and the event stream comes as it happens", async () => {
  await using behind = await proxied(networks);
  const { folder, socket } = behind;
  const names = ["-subj", "/CN=kata", "-addext", "subjectAltName=IP:100.64.0.5"];
  await Bun.$`openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 ${names} -keyout kata.key -out kata.pem`
    .cwd(folder)
    .quiet();
  await nginx(
    behind,
    8443,
    `
    map $http_authorization $user { "Bearer token-of-ann" ann; "Bearer token-of-bo" bo; default ""; }
    server {
      listen 100.64.0.5:8443 ssl;
      ssl_certificate ${folder}/kata.pem;
      ssl_certificate_key ${folder}/kata.key;
      if ($user = "") { return 401; }
      location / {
        proxy_pass http://unix:${socket}:;
        proxy_http_version 1.1;
        proxy_set_header X-Kata-Actor $user;
      }
    }`,
  );
  const env = { KATA_SERVER: "https://100.64.0.5:8443", KATA_CA_FILE: join(folder, "kata.pem") };
  await using ann = await networks.user("client", { env: { ...env, KATA_AUTH_TOKEN: "token-of-ann" } });
  const asBo = { env: { KATA_AUTH_TOKEN: "token-of-bo" } };
  expect((await ann`init --project demo`).exit).toBe(0);
  const tail = ann.start(["events", "--tail"]).stdout.getReader();
  for (const [i, options] of [{}, asBo, {}].entries()) {
    expect((await ann.run(["create", `Issue ${i}`, "--as", "mallory"], options)).exit).toBe(0);
    const event = new TextDecoder().decode((await tail.read()).value);
    expect(JSON.parse(event)).toMatchObject({ type: "issue.created", actor: i === 1 ? "bo" : "ann" });
  }
  const stranger = await ann.run(["list"], { env: { KATA_AUTH_TOKEN: "token-of-eve" } });
  expect([stranger.exit, stranger.stderr]).toEqual([7, expect.stringContaining("No kata daemon answers at https://100.64.0.5:8443")]);
});
