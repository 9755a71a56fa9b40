/**
 * A provider of OpenID Connect on loopback, in a process of its own: `bun provider.ts REDIRECT_URI…`. It writes its address,
 * lets in whoever says a name, and ends with its stdin.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Provider } from "oidc-provider";
import { CLIENT, users } from "./users.ts";

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    clients: [{ ...CLIENT, redirect_uris: process.argv.slice(2), token_endpoint_auth_method: "client_secret_post" }],
    claims: { openid: ["sub"], email: ["email", "email_verified"] },
    pkce: { required: () => true },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, ...users[sub] }) }),
  });
  const answer = provider.callback();
  server.on("request", (request, response) => void answer(request, response));
  console.log(issuer);
});
await Bun.stdin.text();
process.exit();
