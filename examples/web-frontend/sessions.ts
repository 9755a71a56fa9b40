import { randomBytes } from "node:crypto";
import { log } from "./log.ts";
import type { Token, Tokens } from "./tokens.ts";

export type Session = {
  /** What the browser holds, and all that it holds. */
  id: string;
  actor: string;
  token: Token;
  /** Ends the streams that the session has open. */
  ended: AbortController;
  timer: ReturnType<typeof setTimeout>;
};

/** Who is signed in. Each session has a kata token of its own, which is made with it and ends with it. */
export class Sessions {
  readonly #live = new Map<string, Session>();
  readonly #tokens: Tokens;
  readonly #life_s: number;
  #isClosed = false;

  constructor(tokens: Tokens, life_s: number) {
    [this.#tokens, this.#life_s] = [tokens, life_s];
  }

  /** A new session always has a new id, whatever the browser brought along. */
  async begin(actor: string): Promise<Session> {
    const token = await this.#tokens.mint(actor, this.#life_s);
    if (this.#isClosed) {
      await this.#tokens.revoke(token.id);
      throw new Error("a sign-in came too late: this process ends");
    }
    const timer = setTimeout(() => void this.end(session, "is over"), this.#life_s * 1_000);
    const session: Session = { id: newId(), actor, token, ended: new AbortController(), timer };
    this.#live.set(session.id, session);
    log(`${actor} signed in, with token ${token.id}`);
    return session;
  }

  find(id: string | null): Session | undefined {
    return id === null ? undefined : this.#live.get(id);
  }

  async end(session: Session, why: string): Promise<void> {
    if (!this.#live.delete(session.id)) return;
    clearTimeout(session.timer);
    session.ended.abort();
    log(`the session of ${session.actor} ${why}, token ${session.token.id} ends`);
    await this.#tokens.revoke(session.token.id);
  }

  /** Ends all sessions, and lets none begin. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(Array.from(this.#live.values(), (session) => this.end(session, "ends with this process")));
  }
}

/** 256 bits that nobody can guess. */
export function newId(): string {
  return randomBytes(32).toString("base64url");
}
