import { afterAll, expect } from "bun:test";
import { join } from "node:path";
import { asRoot } from "../namespace.ts";
import { Networks } from "./networks.ts";
import { authorBy, type Proxied, proxied } from "./proxied.ts";

const networks = new Networks();
afterAll(() => networks.end());
const test = asRoot(["ip", "nsenter", "caddy", "curl"]);

/** Caddy with these sites, an authority of its own, and no end of it outside of its folder. */
async function caddy({ folder, start }: Proxied, port: number, sites: string): Promise<void> {
  await Bun.write(
    join(folder, "Caddyfile"),
    `{\n  admin off\n  auto_https disable_redirects\n  skip_install_trust\n  storage file_system ${folder}/store\n}\n${sites}`,
  );
  await start(["caddy", "run", "--config", join(folder, "Caddyfile"), "--adapter", "caddyfile"], port, { HOME: folder });
}

const AUTHORITY = "store/pki/authorities/local/root.crt";

/** The line of a user in a Caddyfile; the cost is for tests. */
const userLine = async (name: string, password: string) => `${name} ${await Bun.password.hash(password, { algorithm: "bcrypt", cost: 4 })}`;

test("HTTPS ends at Caddy with an authority of its own, and a user of basic auth is the actor, whatever copy of the header the client sends", async () => {
  await using behind = await proxied(networks);
  const { folder, socket, host } = behind;
  const users = `basicauth {\n ${await userLine("ann", "s3cret-of-ann")}\n }`;
  const to = (how: string) => `reverse_proxy unix/${socket} {\n ${how}\n }`;
  await caddy(
    behind,
    8443,
    `
https://100.64.0.5:8443 {
  tls internal
  ${users}
  ${to("header_up X-Kata-Actor {http.auth.user.id}")}
}
http://100.64.0.5:8081 {
  bind 100.64.0.5
  ${to("")}
}
http://100.64.0.5:8082 {
  bind 100.64.0.5
  ${users}
  ${to("header_up +X-Kata-Actor {http.auth.user.id}")}
}
`,
  );
  expect((await host`init --project demo`).exit).toBe(0);
  const secure = ["--cacert", join(folder, AUTHORITY)];
  const by = (origin: string, ...words: string[]) => authorBy(networks, origin, ...secure, ...words);
  const [ann, claim] = [
    ["--user", "ann:s3cret-of-ann"],
    ["-H", "X-Kata-Actor: mallory"],
  ];
  const spellings = ["X_Kata_Actor", "X-Kata_Actor", "X_KATA-ACTOR"].flatMap((name) => ["-H", `${name}: mallory`]);
  const https = "https://100.64.0.5:8443";
  expect(await by(https, ...ann)).toBe("ann");
  expect(await by(https, ...ann, ...claim, "-H", "x-kata-actor: mallory", ...spellings)).toBe("ann");
  expect(await by(https, ...claim)).toBe("401");
  expect(await by(https, "--user", "ann:wrong", ...claim)).toBe("401");

  // Not stripped: the client's own copy counts, and of several the first.
  const open = "http://100.64.0.5:8081";
  expect(await by(open, "-H", "X-Kata-Actor: bo", "-H", "X-Kata-Actor: ann")).toBe("bo");
  expect(await by(open)).toBe("400 actor_header_required");
  expect(await by(open, ...spellings)).toBe("400 actor_header_required");
  // A proxy that adds its value to those of the client does not strip them.
  expect(await by("http://100.64.0.5:8082", ...ann)).toBe("ann");
  expect(await by("http://100.64.0.5:8082", ...ann, ...claim)).toBe("mallory");
});

test("commands on another host trust Caddy's authority by KATA_CA_FILE, work through it, and the event stream comes as it happens", async () => {
  await using behind = await proxied(networks, 'token = "change-me"\nrequire_token_identity = true');
  const { folder, socket, host } = behind;
  const mint = async (actor: string) => (await host`tokens create --actor ${actor} -q`).stdout.trim().split("\n").at(-1) ?? "";
  const [proxy, ann] = [await mint("caddy"), await mint("ann")];
  // One site leaves identity to the daemon's tokens, on a listener of their own; the other has users of its own.
  await caddy(
    behind,
    8443,
    `
https://100.64.0.5:8443 {
  tls internal
  reverse_proxy 127.0.0.1:7777
}
https://100.64.0.5:8444 {
  tls internal
  basicauth {
    ${await userLine("bo", "s3cret-of-bo")}
  }
  reverse_proxy unix/${socket} {
    header_up X-Kata-Actor {http.auth.user.id}
    header_up Authorization "Bearer ${proxy}"
  }
}
`,
  );
  const KATA_CA_FILE = join(folder, AUTHORITY);
  const env = { KATA_SERVER: "https://100.64.0.5:8443", KATA_AUTH_TOKEN: ann };
  await using client = await networks.user("client", { env: { ...env, KATA_CA_FILE } });
  const stranger = await client.run(["projects", "list"], { env: { KATA_CA_FILE: "" } });
  expect([stranger.exit, stranger.stderr]).toEqual([
    7,
    expect.stringContaining("its certificate is not signed by an authority that is trusted here"),
  ]);
  expect((await client`init --project demo`).exit).toBe(0);
  const tail = client.start(["events", "--tail"]).stdout.getReader();
  expect((await client`create "By ann herself" --as mallory`).exit).toBe(0);
  const next = async () => JSON.parse(new TextDecoder().decode((await tail.read()).value)) as { actor: string };
  expect((await next()).actor).toBe("ann");
  const words = ["--cacert", KATA_CA_FILE, "--user", "bo:s3cret-of-bo"];
  expect(await authorBy(networks, "https://100.64.0.5:8444", ...words)).toBe("bo");
  expect((await next()).actor).toBe("bo");
  expect((await client`doctor`).stdout).toContain("actor ann");
});

test("forward auth: whom the identity service names is the actor, and where it names nobody the client's own copy counts for nothing", async () => {
  await using behind = await proxied(networks);
  const { socket, host, folder } = behind;
  // A stand-in for an identity service: it knows a session's cookie, and names its user, or forgets to.
  const service = join(folder, "service.ts");
  await Bun.write(
    service,
    `
    Bun.serve({ hostname: "127.0.0.1", port: 9091, fetch({ headers }) {
      const session = /session=(\\w+)/.exec(headers.get("cookie") ?? "")?.[1];
      if (session === undefined) return new Response(null, { status: 401 });
      return new Response(null, session === "nameless" ? {} : { headers: { "remote-user": session } });
    } });`,
  );
  await behind.start([process.execPath, service], 9091, {}, "127.0.0.1");
  const guard = "forward_auth 127.0.0.1:9091 {\n uri /verify\n copy_headers Remote-User>X-Kata-Actor\n }";
  await caddy(
    behind,
    8081,
    `
http://100.64.0.5:8081 {
  bind 100.64.0.5
  route {
    request_header -X-Kata-Actor
    ${guard}
    reverse_proxy unix/${socket}
  }
}
`,
  );
  await host`init --project demo`;
  const by = (...words: string[]) => authorBy(networks, "http://100.64.0.5:8081", ...words);
  const claim = ["-H", "X-Kata-Actor: mallory"];
  expect(await by("--cookie", "session=ann")).toBe("ann");
  expect(await by("--cookie", "session=ann", ...claim)).toBe("ann");
  expect(await by(...claim)).toBe("401");
  // Caddy 2.6 passes on the name of what it did not find.
  const nobody = ["400 actor_header_required", "{http.reverse_proxy.header.Remote-User}"];
  expect(nobody).toContain(await by("--cookie", "session=nameless", ...claim));
});
