import { expect } from "bun:test";
import { hashOf, type Token } from "../../src/core/token.ts";
import { ConstraintError } from "../../src/store/db.ts";
import {
  findTokenByHash,
  insertToken,
  liveTokenIds,
  type NewToken,
  setTokenRevoked,
  setTokenUsed,
  tokenAt,
  tokensOf,
} from "../../src/store/tokens.ts";
import type { Contract, On } from "./contract.ts";

let made = 0;

async function token({ db, given }: On, said: Partial<NewToken> = {}): Promise<Token> {
  const row = {
    token_hash: hashOf(`secret ${++made}`),
    actor: "ada",
    name: null,
    read_only: false,
    created_at: given.now(),
    expires_at: null,
  };
  return db.transact((tx) => insertToken(tx, { ...row, ...said }));
}

export const tokensContract: Contract<typeof import("../../src/store/tokens.ts")> = {
  insertToken: {
    "gives the token as it can be read, without its hash": async (on) => {
      const said = { actor: "zoë", name: "laptop", read_only: true, created_at: on.given.now(), expires_at: "2027-01-01T00:00:00.000Z" };
      const stored = await token(on, said);
      expect(stored).toEqual({ ...said, id: 1, last_used_at: null, revoked_at: null });
      expect(await tokenAt(on.db, 1)).toEqual(stored);
    },
    "takes a hash once": async (on) => {
      const token_hash = hashOf("twice");
      await token(on, { token_hash });
      const again = token(on, { token_hash });
      expect(again).rejects.toBeInstanceOf(ConstraintError);
      expect(again).rejects.toMatchObject({ constraint: "api_tokens_token_hash_key" });
      await again.catch(() => {});
      expect(await tokensOf(on.db)).toHaveLength(1);
    },
  },
  findTokenByHash: {
    "finds the token of exactly this hash, a revoked one too": async (on) => {
      const [a, b] = [await token(on, { token_hash: hashOf("a") }), await token(on, { token_hash: hashOf("b") })];
      await on.db.transact((tx) => setTokenRevoked(tx, b.id, "2026-05-01T00:00:00.000Z"));
      expect(await findTokenByHash(on.db, hashOf("a"))).toEqual(a);
      expect(await findTokenByHash(on.db, hashOf("b"))).toEqual({ ...b, revoked_at: "2026-05-01T00:00:00.000Z" });
      expect(await findTokenByHash(on.db, hashOf("A"))).toBeUndefined();
      expect(await findTokenByHash(on.db, hashOf("a").toUpperCase())).toBeUndefined();
    },
  },
  tokenAt: {
    "gives the token of this id, or refuses with what to do": async (on) => {
      const a = await token(on);
      expect(await tokenAt(on.db, a.id)).toEqual(a);
      const missing: unknown = await tokenAt(on.db, 99).catch((error: unknown) => error);
      expect(missing).toMatchObject({ code: "token_not_found", status: 404, hint: expect.stringContaining("kata tokens list") });
    },
  },
  tokensOf: {
    "gives all of them, oldest first, those that ended too": async (on) => {
      expect(await tokensOf(on.db)).toEqual([]);
      const [a, b, c] = [await token(on), await token(on, { expires_at: "2020-01-01T00:00:00.000Z" }), await token(on)];
      await on.db.transact((tx) => setTokenRevoked(tx, c.id, on.given.now()));
      expect((await tokensOf(on.db)).map(({ id }) => id)).toEqual([a.id, b.id, c.id]);
    },
  },
  liveTokenIds: {
    "leaves out those that are revoked, have expired at that time, or were not asked for": async (on) => {
      const at = "2026-05-01T00:00:00.000Z";
      const eternal = await token(on);
      const later = await token(on, { expires_at: "2026-05-01T00:00:00.001Z" });
      const now = await token(on, { expires_at: at });
      const revoked = await token(on);
      const other = await token(on);
      await on.db.transact((tx) => setTokenRevoked(tx, revoked.id, at));
      expect(await liveTokenIds(on.db, [revoked.id, now.id, later.id, eternal.id, 99], at)).toEqual([eternal.id, later.id]);
      expect(await liveTokenIds(on.db, [other.id], at)).toEqual([other.id]);
      expect(await liveTokenIds(on.db, [], at)).toEqual([]);
    },
  },
  setTokenRevoked: {
    "revokes one token, and the first time stays": async (on) => {
      const [a, b] = [await token(on), await token(on)];
      await on.db.transact((tx) => setTokenRevoked(tx, a.id, "2026-05-01T00:00:00.000Z"));
      await on.db.transact((tx) => setTokenRevoked(tx, a.id, "2026-05-02T00:00:00.000Z"));
      expect(await tokensOf(on.db)).toEqual([{ ...a, revoked_at: "2026-05-01T00:00:00.000Z" }, b]);
    },
  },
  setTokenUsed: {
    "keeps the latest use of one token": async (on) => {
      const [a, b] = [await token(on), await token(on)];
      for (const at of ["2026-05-02T00:00:00.000Z", "2026-05-01T00:00:00.000Z"]) await on.db.transact((tx) => setTokenUsed(tx, a.id, at));
      expect(await tokensOf(on.db)).toEqual([{ ...a, last_used_at: "2026-05-02T00:00:00.000Z" }, b]);
    },
  },
};
