import type { App } from "../app/app.ts";
import { noteTokenUse } from "../app/tokens.ts";
import { isoTime } from "../core/time.ts";
import { stateOf, type Token, type TokenState } from "../core/token.ts";
import { findTokenByHash, liveTokenIds } from "../store/tokens.ts";
import { logError } from "./log.ts";

/** How long a token is believed without a look into the database, which other daemons may write to. */
const TRUSTED_MS = 500;
/** How exactly it is kept when a token was last used: each time would be a synced write for each request. */
const USED_MS = 60_000;
const MOST_KNOWN = 1_000;

/** A token and what it is worth; undefined when there is none of this hash. */
export type Found = { token: Token; state: TokenState } | undefined;

type Known = { token: Token; read_at: number };

/**
 * The tokens that are in use, by their hashes, so that a request costs no query. One that is revoked here is forgotten at
 * once, and one that another daemon revoked within half a second. A look-up goes by the hash, so the time that it takes
 * tells nothing of the token.
 */
export class LiveTokens {
  readonly #app: App;
  readonly #known = new Map<string, Known>();
  readonly #used = new Map<number, number>();
  readonly #watched = new Map<number, Set<AbortController>>();
  #timer: ReturnType<typeof setInterval> | undefined;
  /** How often something was revoked: what was read before may be old. */
  #revoked = 0;

  constructor(app: App) {
    this.#app = app;
  }

  async find(hash: string): Promise<Found> {
    const now = this.#app.now();
    const known = this.#known.get(hash);
    const token = known && performance.now() - known.read_at < TRUSTED_MS ? known.token : await this.#read(hash);
    if (!token) return undefined;
    const state = stateOf(token, isoTime(now));
    if (state === "live") this.#noteUse(token, now);
    return { token, state };
  }

  async #read(hash: string): Promise<Token | undefined> {
    for (;;) {
      const before = this.#revoked;
      const token = await findTokenByHash(this.#app.db, hash);
      if (before !== this.#revoked) continue;
      this.#known.delete(hash);
      if (token) this.#remember(hash, { token, read_at: performance.now() });
      return token;
    }
  }

  #remember(hash: string, known: Known): void {
    const [oldest] = this.#known.keys();
    if (this.#known.size >= MOST_KNOWN && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(hash, known);
  }

  /** A token was revoked: it is worth nothing from here on, and its streams end. */
  forget(id: number): void {
    this.#revoked += 1;
    for (const [hash, { token }] of this.#known) if (token.id === id) this.#known.delete(hash);
    for (const watcher of this.#watched.get(id) ?? []) watcher.abort();
  }

  /** A signal that comes when the token ends, whoever ended it; `release` when nobody waits for it any more. */
  watch(id: number): { signal: AbortSignal; release(): void } {
    const watcher = new AbortController();
    const watchers = this.#watched.get(id) ?? new Set();
    this.#watched.set(id, watchers.add(watcher));
    this.#timer ??= setInterval(() => void this.#look(), TRUSTED_MS).unref();
    const release = () => {
      watchers.delete(watcher);
      if (watchers.size === 0 && this.#watched.get(id) === watchers) this.#watched.delete(id);
      if (this.#watched.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
    return { signal: watcher.signal, release };
  }

  async #look(): Promise<void> {
    try {
      const ids = [...this.#watched.keys()];
      const live = new Set(await liveTokenIds(this.#app.db, ids, isoTime(this.#app.now())));
      for (const id of ids) if (!live.has(id)) this.forget(id);
    } catch (error) {
      logError("the tokens of open streams could not be looked at", error);
    }
  }

  /** Best effort: a request does not wait for it, and no harm is done where it fails. */
  #noteUse({ id, last_used_at }: Token, now: Date): void {
    const last = this.#used.get(id) ?? (last_used_at === null ? 0 : Date.parse(last_used_at));
    if (now.getTime() - last < USED_MS) return;
    if (this.#used.size >= MOST_KNOWN) this.#used.clear();
    this.#used.set(id, now.getTime());
    noteTokenUse(this.#app, id, isoTime(now)).catch((error: unknown) => logError("a token's use could not be kept", error));
  }
}
