import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import { asRoot } from "../namespace.ts";
import { Machine } from "./machine.ts";
import { Networks } from "./networks.ts";
import { Blocks, blocksOf } from "../page.ts";

const root = join(import.meta.dir, "../..");
const page = await Bun.file(join(root, "docs/remote.md")).text();

const networks = new Networks();
afterAll(() => networks.end());

type Hosts = { server: Machine; client: Machine };

/** Brings a file from the daemon's host to the other one, as somebody would by hand. */
async function carry({ server, client }: Hosts, path: string, to = path): Promise<void> {
  await client.put(to, (await server.run(`cat ${path}`)).trimEnd());
}

const NAME = "kata.example.com";
const CADDY = [
  "setpriv",
  "--reuid=caddy",
  "--regid=caddy",
  "--init-groups",
  "--inh-caps=+net_bind_service",
  "--ambient-caps=+net_bind_service",
];
const AUTHORITY = "/var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt";

/** Caddy as Debian runs it, with a Caddyfile; an authority of its own stands for the public one. */
async function caddy({ server, client }: Hosts, site: string, env: Record<string, string> = {}): Promise<void> {
  await server.put("/etc/caddy/Caddyfile", `{\n  local_certs\n  skip_install_trust\n  admin off\n}\n${site}`, "644");
  await server.serve([...CADDY, "caddy", "run", "--config", "/etc/caddy/Caddyfile"], 443, { HOME: "/var/lib/caddy", ...env });
  await client.run(`echo 203.0.113.5 ${NAME} >> /etc/hosts`);
  await server.run(`while [ ! -f ${AUTHORITY} ]; do sleep 0.02; done`);
  await carry({ server, client }, AUTHORITY, "~/ca.crt");
}

/** nginx as Debian runs it, with a file of settings, and a certificate for the name. */
async function nginx({ server, client }: Hosts, settings: string): Promise<void> {
  const certificate = `-subj /CN=${NAME} -addext subjectAltName=DNS:${NAME} -keyout /etc/ssl/private/kata.key -out /etc/ssl/private/kata.pem`;
  await server.run(
    `mkdir -p /var/log/nginx; openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 ${certificate}`,
  );
  await server.put("/etc/nginx/conf.d/kata.conf", settings);
  await server.serve(["nginx", "-g", "daemon off;"], 443);
  await client.run(`echo 203.0.113.5 ${NAME} >> /etc/hosts`);
  await carry({ server, client }, "/etc/ssl/private/kata.pem", "~/ca.crt");
}

/** A daemon that runs as the unit with its drop-in lets it: as a user of its own, in the proxies' group. */
async function serve({ server }: Hosts, config: string): Promise<void> {
  const folder = "install -d -m 700 -o kata -g www-data /var/lib/kata; install -d -m 710 -o kata -g www-data /run/kata";
  await server.run(`useradd --system --home-dir /var/lib/kata kata; ${folder}`);
  await server.put("/var/lib/kata/config.toml", config, "644");
  await server.run("export KATA_HOME=/var/lib/kata XDG_RUNTIME_DIR=/run/kata KATA_AUTH_TOKEN=change-me");
  const asKata = "setpriv --reuid=kata --regid=www-data --clear-groups";
  await server.run(`${asKata} kata daemon start; cd /tmp; ${asKata} kata init --project demo`);
}

/** Creates an issue by the proxy, and tells whom it is credited to, or the status or code of the refusal. */
async function author({ client }: Hosts, ...words: string[]): Promise<string> {
  const body = `{"actor":"mallory","title":"${Bun.randomUUIDv7()}"}`;
  const curl = `curl --http1.1 --silent --cacert ~/ca.crt --write-out '\\n%{http_code}' -H 'Content-Type: application/json' --data '${body}'`;
  const said = await client.run(`${curl} ${words.join(" ")} https://${NAME}/api/v1/projects/1/issues`);
  return /"author":"([^"]*)"/.exec(said)?.[1] ?? /"code":"([^"]*)"/.exec(said)?.[1] ?? said.slice(said.lastIndexOf("\n") + 1);
}

/** A stand-in for an identity service: a session's cookie is its user's name, and there is one that it gives no name to. */
async function identityService({ server }: Hosts, port: number, path: string, header: string): Promise<void> {
  const service = `Bun.serve({ hostname: "127.0.0.1", port: ${port}, fetch({ headers, url }) {
    const user = /session=(\\w+)/.exec(headers.get("cookie") ?? "")?.[1];
    if (new URL(url).pathname !== "${path}" || headers.get("content-length")) return new Response(null, { status: 404 });
    if (user === undefined) return new Response(null, { status: 401 });
    return new Response(null, { status: 202, headers: user === "nobody" ? {} : { "${header}": user } });
  } });`;
  await server.put("~/service.ts", service);
  await server.serve(["bun", "/root/service.ts"], port);
}

const claim = "-H 'X-Kata-Actor: mallory' -H 'X_Kata_Actor: mallory'";

/** What the users of a proxy are worth, whom an identity service knows. */
async function signedOn(hosts: Hosts, nobody: string[]): Promise<void> {
  expect(await author(hosts, "--cookie session=ann")).toBe("ann");
  expect(await author(hosts, "--cookie session=bo", claim)).toBe("bo");
  expect(await author(hosts, claim)).toBe("401");
  expect(nobody).toContain(await author(hosts, "--cookie session=nobody", claim));
  const mint = "-H 'Content-Type: application/json' --data '{\"actor\":\"eve\"}'";
  const refused = await hosts.client.run(`curl --silent --cacert ~/ca.crt --cookie session=ann ${mint} https://${NAME}/api/v1/tokens`);
  expect(refused).toContain("token_admin_forbidden");
}

/** What runs the blocks under each heading, in the order in which they stand there. */
const sections: Record<string, (blocks: Blocks, hosts: Hosts) => Promise<void>> = {
  "A tailnet": async (blocks, hosts) => {
    const { server, client } = hosts;
    await server.run(blocks.next("mkdir"));
    await server.put("~/.kata/config.toml", blocks.next("listen"));
    expect(await server.run(blocks.next("kata daemon start"))).toContain(
      "listener address=100.64.0.5:7777 protocol=plain mode=shared_token\n",
    );
    await carry(hosts, "~/.kata/token");
    await client.put("~/.kata/config.toml", blocks.next("active_daemon"));
    expect(await client.run(`mkdir demo; cd demo; ${blocks.next("kata init")}`)).toMatch(/Over the tailnet +\(unowned\)\n$/);
    await client.run("rm ~/.kata/config.toml");
    expect(await client.run(blocks.next("export KATA_SERVER"))).toContain("Over the tailnet");
    await server.run("kata daemon stop; rm ~/.kata/config.toml");
    await server.run(blocks.next("KATA_AUTH_TOKEN=change-me"));
    expect(await client.run("unset KATA_AUTH_TOKEN_FILE; KATA_AUTH_TOKEN=change-me kata list")).toContain("Over the tailnet");
  },
  "A LAN": async (blocks, hosts) => {
    const { server, client } = hosts;
    await server.run(blocks.next("mkdir"));
    const certificate = blocks.next("openssl req");
    await server.run(certificate);
    await server.put("~/.kata/config.toml", blocks.next("listen"));
    await server.run("kata daemon start");
    for (const name of ["authority.pem", "token"]) await carry(hosts, `~/.kata/${name}`);
    await client.put("~/.kata/config.toml", blocks.next("active_daemon"));
    await client.run('mkdir demo; cd demo; kata init --project demo; kata create "Over the LAN"');
    const shown = "openssl s_client -connect 10.0.0.5:7777 < /dev/null 2> /dev/null | openssl x509 -noout -serial";
    const before = await client.run(shown);
    await server.run(`${certificate}\n${blocks.next("kata daemon reload")}`);
    for (const end = Date.now() + 10_000; ["", before].includes((await client.try(shown)).stdout);) expect(Date.now()).toBeLessThan(end);
    expect(await client.run("kata list")).toContain("Over the LAN");
  },
  "An SSH tunnel": async (blocks, hosts) => {
    const { server, client } = hosts;
    await server.put("~/.kata/token", "change-me");
    await server.put("~/.kata/config.toml", blocks.next("listen"));
    await server.run("kata daemon start; mkdir /run/sshd demo; cd demo; kata init --project demo; kata create 'At the other end'");
    await server.serve(["/usr/sbin/sshd", "-D"], 22);
    await client.run("mkdir -m 700 ~/.ssh; ssh-keygen -q -t ed25519 -N '' -f ~/.ssh/id_ed25519");
    await server.put("~/.ssh/authorized_keys", (await client.run("cat ~/.ssh/id_ed25519.pub")).trim());
    await client.put("~/.ssh/config", "Host kata-host\n  HostName 10.0.0.5\n  StrictHostKeyChecking accept-new");
    await carry(hosts, "~/.kata/token");
    await client.run("mkdir demo; cd demo");
    await client.put("~/demo/.kata.toml", 'version = 1\n\n[project]\nname = "demo"');
    expect(await client.run(blocks.next("ssh"))).toContain("At the other end");
  },
  "Caddy with HTTPS": async (blocks, hosts) => {
    const { server, client } = hosts;
    await server.put("~/.kata/token", "change-me");
    await server.put("~/.kata/config.toml", blocks.next("listen"));
    await server.run("kata daemon start; mkdir demo; cd demo; kata init --project demo; kata create 'Behind Caddy'");
    await caddy(hosts, blocks.next(NAME));
    await carry(hosts, "~/.kata/token");
    await client.put("~/demo/.kata.toml", 'version = 1\n\n[project]\nname = "demo"');
    await client.run("cd demo; export KATA_CA_FILE=~/ca.crt");
    expect(await client.run(blocks.next("export KATA_SERVER"))).toContain("Behind Caddy");
  },
  "nginx with HTTPS": async (blocks, hosts) => {
    const { server, client } = hosts;
    await server.put("~/.kata/token", "change-me");
    await server.put("~/.kata/config.toml", 'listen = "127.0.0.1:7777"\n[auth]\ntoken_file = "token"');
    await server.run("kata daemon start; mkdir demo; cd demo; kata init --project demo; kata create 'Behind nginx'");
    await nginx(hosts, blocks.next("server {"));
    await client.put("~/demo/.kata.toml", 'version = 1\n\n[project]\nname = "demo"');
    const env = `cd demo; export KATA_CA_FILE=~/ca.crt KATA_SERVER=https://${NAME} KATA_AUTH_TOKEN=change-me`;
    expect(await client.run(`${env}; kata list`)).toContain("Behind nginx");
    const tail = "kata events --tail > ~/tail & until grep -q issue.created ~/tail; do sleep 0.02; done; kill $!";
    expect(await client.run(`${tail}; kata create 'Through nginx'`)).toContain("Through nginx");
  },
  "A proxy that knows its users": async (blocks, hosts) => {
    const { server } = hosts;
    // The unit's part is run where systemd is.
    const elsewhere = await Bun.file(join(root, "test/e2e/systemd.test.ts")).text();
    expect(elsewhere).toContain('blocksUnder("remote.md", "A proxy that knows its users")');
    blocks.next("[Service]\nGroup=www-data\nRuntimeDirectoryMode=0710");
    await serve(hosts, blocks.next("listen"));
    const ask = (user: string, socket: string) =>
      `setpriv --reuid=${user} --regid=${user} --init-groups curl --silent --unix-socket /run/kata/${socket} http://kata.invalid/api/v1/ping`;
    for (const user of ["www-data", "caddy"]) expect(await server.run(ask(user, "proxy.sock"))).toContain('"service":"kata"');
    // 7: it may not connect.
    for (const [user, socket] of [
      ["www-data", "kata.sock"],
      ["caddy", "kata.sock"],
      ["games", "proxy.sock"],
    ] as const)
      expect([user, socket, (await server.try(ask(user, socket))).exit]).toEqual([user, socket, 7]);
  },
  "Users of the proxy itself": async (blocks, hosts) => {
    await serve(hosts, settings);
    await caddy(hosts, blocks.next(NAME), { KATA_TOKEN: "change-me" });
    expect(await author(hosts, "--user ann:change-me")).toBe("ann");
    expect(await author(hosts, "--user ann:change-me", claim)).toBe("ann");
    expect(await author(hosts, "--user ann:change-you", claim)).toBe("401");
    expect(await author(hosts, claim)).toBe("401");
  },
  "Single sign-on, by Caddy": async (blocks, hosts) => {
    await serve(hosts, settings);
    await identityService(hosts, 9091, "/api/authz/forward-auth", "Remote-User");
    await caddy(hosts, blocks.next(NAME), { KATA_TOKEN: "change-me" });
    // Caddy before 2.9 passes on the name of what it did not find.
    await signedOn(hosts, ["actor_header_required", "{http.reverse_proxy.header.Remote-User}"]);
  },
  "Single sign-on, by nginx": async (blocks, hosts) => {
    await serve(hosts, settings);
    await identityService(hosts, 4180, "/oauth2/auth", "X-Auth-Request-Preferred-Username");
    const site = blocks.next("server {");
    await hosts.server.put("/etc/nginx/kata-token.conf", blocks.next("proxy_set_header"));
    await nginx(hosts, site);
    await signedOn(hosts, ["actor_header_required"]);
  },
  "A token for each": async (blocks, hosts) => {
    const { server, client } = hosts;
    await server.put("~/.kata/token", "change-me");
    const listen = 'listen = "100.64.0.5:7777"\n';
    await server.put("~/.kata/config.toml", `${listen}[auth]\ntoken_file = "token"\ntrust_private_network = true`);
    await server.run("mkdir demo; cd demo; kata init --project demo");
    await server.run(blocks.next("kata tokens create"));
    await server.put("~/.kata/config.toml", listen + blocks.next("[auth]"));
    await server.run(blocks.next("kata daemon restart"));
    await carry(hosts, "wesm.token", "~/wesm.token");
    await carry(hosts, "agent-7.token", "~/agent-7.token");
    await client.put("~/demo/.kata.toml", 'version = 1\n\n[project]\nname = "demo"');
    await client.run("cd demo; export KATA_SERVER=http://100.64.0.5:7777");
    for (const user of ["wesm", "agent-7"])
      expect(await client.run(`KATA_AUTH_TOKEN_FILE=~/${user}.token kata create 'By ${user}' --as mallory --json`)).toContain(
        `"author":"${user}"`,
      );
    expect((await server.try("kata create 'By nobody' --json")).stderr).toContain("bootstrap_token_write_forbidden");
    expect(await server.run("kata tokens list")).toMatch(/wesm +laptop +write +live/);
  },
  "To be read alone": async (blocks, { server, client }) => {
    await server.run("mkdir demo; cd demo; kata init --project demo; kata create 'To be looked at'");
    await server.run(blocks.next("kata daemon start"));
    expect(await client.run(blocks.next("export KATA_SERVER"))).toContain("To be looked at");
    expect((await client.try("kata create Written --project demo")).stderr).toContain("This daemon only lets itself be read.");
  },
};

/** What stands under "A proxy that knows its users", for the sections after it. */
const settings = blocksOf(page).filter(({ heading }) => heading === "A proxy that knows its users")[1]?.text ?? "";

const networked = asRoot(["ip", "nsenter", "openssl", "curl", "nginx", "caddy", "ssh", "/usr/sbin/sshd"]);
networked.each(Object.entries(sections))("docs/remote.md, %s: what is to be copied works as it stands there", async (heading, run) => {
  const [server, client] = await Promise.all([Machine.boot(networks, "daemon"), Machine.boot(networks, "client")]);
  await using _server = server;
  await using _client = client;
  const blocks = new Blocks(page, heading);
  await run(blocks, { server, client });
  expect(blocks.left).toEqual([]);
});

test("docs/remote.md has no block that no test runs", () => {
  expect(page).not.toMatch(/^\s*(?:```|~~~)/m);
  const headings = blocksOf(page).map(({ heading }) => heading);
  expect(headings.length).toBeGreaterThan(20);
  expect(Object.keys(sections).sort()).toEqual([...new Set(headings)].sort());
});
