import * as oidc from "openid-client";
import { newId } from "./sessions.ts";
import type { Claims } from "./people.ts";
import type { Settings } from "./settings.ts";

/** What is kept of a sign-in that was begun, to be held against what comes back. */
type Attempt = { code_verifier: string; state: string; nonce: string; until: number };

/** The provider did not say who this is; `message` is for the user. */
export class NotSignedIn extends Error {}
/** The provider does not answer. */
export class NoProvider extends Error {}

const ATTEMPT_MS = 10 * 60_000;
/** Anybody can begin a sign-in, so that there is a limit to how many are kept; the oldest make room. */
const MOST_ATTEMPTS = 10_000;

/** Signs users in by the authorization code flow of OpenID Connect, with PKCE. */
export class Provider {
  readonly #settings: Settings["provider"];
  readonly #callback: URL;
  readonly #attempts = new Map<string, Attempt>();
  #config: Promise<oidc.Configuration> | undefined;

  constructor(settings: Settings["provider"], callback: URL) {
    [this.#settings, this.#callback] = [settings, callback];
  }

  /** Where to send the browser, and the id by which it is known again. */
  async begin(): Promise<{ id: string; url: URL }> {
    const config = await this.#discover();
    const attempt: Attempt = {
      code_verifier: oidc.randomPKCECodeVerifier(),
      state: oidc.randomState(),
      nonce: oidc.randomNonce(),
      until: Date.now() + ATTEMPT_MS,
    };
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: this.#callback.href,
      scope: "openid email",
      code_challenge: await oidc.calculatePKCECodeChallenge(attempt.code_verifier),
      code_challenge_method: "S256",
      state: attempt.state,
      nonce: attempt.nonce,
    });
    const id = newId();
    this.#attempts.set(id, attempt);
    const [oldest] = this.#attempts.keys();
    if (this.#attempts.size > MOST_ATTEMPTS && oldest !== undefined) this.#attempts.delete(oldest);
    return { id, url };
  }

  /** Who the user is that comes back with this query; an attempt serves once, in the browser that began it. */
  async finish(id: string | null, query: string): Promise<Claims> {
    const attempt = this.#attempts.get(id ?? "");
    this.#attempts.delete(id ?? "");
    if (!attempt || attempt.until < Date.now()) throw new NotSignedIn("This sign-in was not begun in this browser, or too long ago.");
    const config = await this.#discover();
    try {
      const { code_verifier, state, nonce } = attempt;
      const checks = { pkceCodeVerifier: code_verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
      const tokens = await oidc.authorizationCodeGrant(config, new URL(query, this.#callback), checks);
      const claims = tokens.claims();
      if (!claims) throw new Error("there is no ID token");
      // An address and whether it is verified are taken from one place: many providers leave both out of the ID token.
      if (claims["email"] !== undefined || config.serverMetadata().userinfo_endpoint === undefined) return claims;
      return await oidc.fetchUserInfo(config, tokens.access_token, claims.sub);
    } catch (cause) {
      if (cause instanceof oidc.AuthorizationResponseError && cause.error === "access_denied")
        throw new NotSignedIn("The sign-in was called off.", { cause });
      throw new NotSignedIn("What came back from the sign-in does not belong to it, or could not be checked.", { cause });
    }
  }

  /** Where users end their session at the provider as well, if it has such a place. */
  async signOutUrl(): Promise<URL | undefined> {
    const config = await this.#config?.catch(() => undefined);
    return config?.serverMetadata().end_session_endpoint === undefined ? undefined : oidc.buildEndSessionUrl(config);
  }

  #discover(): Promise<oidc.Configuration> {
    const { issuer, client_id, client_secret } = this.#settings;
    // Plain http is for a provider on this machine, as the settings have it.
    const execute = issuer.protocol === "http:" ? [oidc.allowInsecureRequests] : [];
    this.#config ??= oidc.discovery(issuer, client_id, client_secret, undefined, { execute }).catch((cause: unknown) => {
      this.#config = undefined;
      throw new NoProvider(`${issuer.origin} does not answer as a provider`, { cause });
    });
    return this.#config;
  }
}
