import { expect, test } from "bun:test";
import { join } from "node:path";
import { homeOf } from "../../src/config/home.ts";
import { workspace } from "../workspace.ts";

test("SSL_CERT_FILE or NODE_EXTRA_CA_CERTS, either of them, adds an authority for https", async () => {
  await using kata = await workspace();
  const [cert, key] = [join(kata.dir, "cert.pem"), join(kata.dir, "key.pem")];
  const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
  await Bun.$`openssl req -x509 -newkey rsa:2048 -nodes -days 2 ${subject} -keyout ${key} -out ${cert}`.quiet();
  const unix = homeOf(kata.env).socket;
  using proxy = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    tls: { cert: Bun.file(cert), key: Bun.file(key) },
    fetch: ({ url, method, headers, body }) => {
      const { pathname, search } = new URL(url);
      return fetch(`http://kata.invalid${pathname}${search}`, { unix, method, headers, body });
    },
  });
  const KATA_SERVER = `https://127.0.0.1:${proxy.port}`;
  const refused = await kata.run(["projects", "list"], { env: { KATA_SERVER } });
  expect(refused).toMatchObject({ exit: 7, stdout: "" });
  for (const name of ["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"]) {
    const { exit, stdout, stderr } = await kata.run(["projects", "list"], { env: { KATA_SERVER, [name]: cert } });
    expect([name, exit, stderr]).toEqual([name, 0, ""]);
    expect(stdout).toContain("demo");
  }
});
