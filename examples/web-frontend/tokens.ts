import { type Kata, Refused } from "./kata.ts";
import { log } from "./log.ts";

export type Token = { id: number; plaintext: string };

type Listed = { id: number; name: string | null; state: string };

/** How much longer a token lives than its session: this application revokes it, and the daemon ends it where that failed. */
const MARGIN_S = 60;
const RETRY_MS = 30_000;

/**
 * Makes and revokes the tokens of sessions, with the bootstrap token. The daemon keeps hashes alone, so what it answers here
 * is the only copy there will ever be: it stays in this process, and ends with it.
 */
export class Tokens {
  readonly #kata: Kata;
  readonly #bootstrap: string;
  readonly #name: string;
  /** Tokens that were to be revoked while the daemon did not answer. */
  readonly #owed = new Set<number>();
  #leftovers: Promise<void> | undefined;

  /** All tokens have the one name, by which those of a process that was killed are known. */
  constructor(kata: Kata, bootstrap: string, name: string) {
    [this.#kata, this.#bootstrap, this.#name] = [kata, bootstrap, name];
    setInterval(() => void this.payOff(), RETRY_MS).unref();
  }

  async mint(actor: string, life_s: number): Promise<Token> {
    await this.revokeLeftovers();
    const body = { actor, name: this.#name, expires_in_seconds: life_s + MARGIN_S };
    const { token, plaintext } = await this.#call<{ token: { id: number }; plaintext: string }>("POST", "/tokens", body);
    return { id: token.id, plaintext };
  }

  /** Ends a token, now or, where the daemon does not answer, later. */
  async revoke(id: number): Promise<void> {
    try {
      await this.#call("POST", `/tokens/${id}/actions/revoke`, {});
      this.#owed.delete(id);
    } catch (error) {
      if (error instanceof Refused && error.code === "token_not_found") return;
      this.#owed.add(id);
      log(`token ${id} is not revoked yet: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async payOff(): Promise<void> {
    await Promise.all(Array.from(this.#owed, (id) => this.revoke(id)));
  }

  /** Ends what a process before this one left, once. */
  revokeLeftovers(): Promise<void> {
    this.#leftovers ??= this.#findLeftovers().catch((error: unknown) => {
      this.#leftovers = undefined;
      throw error;
    });
    return this.#leftovers;
  }

  async #findLeftovers(): Promise<void> {
    const { tokens } = await this.#call<{ tokens: Listed[] }>("GET", "/tokens");
    const left = tokens.filter(({ name, state }) => name === this.#name && state === "live");
    await Promise.all(left.map(({ id }) => this.revoke(id)));
    if (left.length > 0) log(`revoked what was left of an earlier run: ${left.map(({ id }) => `token ${id}`).join(", ")}`);
  }

  #call<T>(method: string, path: string, body?: unknown): Promise<T> {
    return this.#kata.call<T>(this.#bootstrap, method, path, { body });
  }
}
