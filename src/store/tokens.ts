import { KataError } from "../core/error.ts";
import type { Token } from "../core/token.ts";
import { type Db, one } from "./db.ts";
import { type Sql, sql } from "./sql.ts";

type TokenRow = Omit<Token, "read_only"> & { read_only: 0 | 1 };

const columns = sql`id, actor, name, read_only, created_at, last_used_at, expires_at, revoked_at`;

const tokenOf = (row: TokenRow): Token => ({ ...row, read_only: row.read_only === 1 });

async function token(db: Db, condition: Sql): Promise<Token | undefined> {
  const row = await one<TokenRow>(db, sql`SELECT ${columns} FROM api_tokens WHERE ${condition}`);
  return row && tokenOf(row);
}

export type NewToken = Pick<Token, "actor" | "name" | "read_only" | "created_at" | "expires_at"> & { token_hash: string };

/** Stores a token's hash and what it stands for. */
export async function insertToken(tx: Db, row: NewToken): Promise<Token> {
  const inserted = await one<TokenRow>(
    tx,
    sql`
    INSERT INTO api_tokens (token_hash, actor, name, read_only, created_at, expires_at)
    VALUES (${row.token_hash}, ${row.actor}, ${row.name}, ${row.read_only ? 1 : 0}, ${row.created_at}, ${row.expires_at})
    RETURNING ${columns}`,
  );
  return tokenOf(inserted as TokenRow);
}

/** The token of this hash, whatever it is worth. */
export async function findTokenByHash(db: Db, hash: string): Promise<Token | undefined> {
  return token(db, sql`token_hash = ${hash}`);
}

/** The token of this id, or `token_not_found`. */
export async function tokenAt(db: Db, id: number): Promise<Token> {
  const found = await token(db, sql`id = ${id}`);
  if (found) return found;
  throw new KataError("token_not_found", `There is no token ${id}.`, { hint: "List the tokens with `kata tokens list`." });
}

/** All tokens, oldest first, those that are worth nothing any more too. */
export async function tokensOf(db: Db): Promise<Token[]> {
  return (await db.all<TokenRow>(sql`SELECT ${columns} FROM api_tokens ORDER BY id`)).map(tokenOf);
}

/** Of some tokens, those that are live at a time. */
export async function liveTokenIds(db: Db, ids: readonly number[], now: string): Promise<number[]> {
  const rows = await db.all<{ id: number }>(sql`
    SELECT id FROM api_tokens
    WHERE ${db.dialect.among("id", ids)} AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ${now}) ORDER BY id`);
  return rows.map(({ id }) => id);
}

/** Revokes a token; the first time stays. */
export async function setTokenRevoked(tx: Db, id: number, at: string): Promise<void> {
  await tx.run(sql`UPDATE api_tokens SET revoked_at = ${at} WHERE id = ${id} AND revoked_at IS NULL`);
}

/** Keeps that a token was used; a later use stays. */
export async function setTokenUsed(tx: Db, id: number, at: string): Promise<void> {
  await tx.run(sql`UPDATE api_tokens SET last_used_at = ${at} WHERE id = ${id} AND (last_used_at IS NULL OR last_used_at < ${at})`);
}
