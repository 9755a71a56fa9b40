import type { Event, TokenOut } from "../api/shapes.ts";
import type { MintedToken } from "../api/tokens.ts";
import { ADMINISTRATOR, checkTokenActor } from "../core/actor.ts";
import { KataError } from "../core/error.ts";
import { toWireEvent } from "../core/event.ts";
import { isPrintable } from "../core/text.ts";
import { isoTime } from "../core/time.ts";
import { hashOf, mintPlaintext, stateOf, type Token } from "../core/token.ts";
import { systemProject } from "../store/projects.ts";
import { insertToken, type NewToken, setTokenRevoked, setTokenUsed, tokenAt, tokensOf } from "../store/tokens.ts";
import { type App, type Change, change } from "./app.ts";

const LONGEST_NAME = 100;

type Wanted = {
  actor: string;
  name?: string | null | undefined;
  expires_in_seconds?: number | null | undefined;
  read_only?: boolean | null | undefined;
};

/** Makes a token. Its plaintext is in the answer, and nowhere else ever again. */
export async function mintToken(app: App, wanted: Wanted): Promise<MintedToken> {
  const actor = checkTokenActor(wanted.actor);
  const name = checkName(wanted.name ?? "");
  const { result } = await change(app, async (work) => {
    const expires_at = after(work.now, wanted.expires_in_seconds);
    const { token, plaintext } = await mint(work, { actor, name, read_only: wanted.read_only === true, expires_at });
    return { token: tokenOut(token, work.now), plaintext };
  });
  return result;
}

/** Every token, with its state at this moment. */
export async function listTokens(app: App): Promise<{ tokens: TokenOut[]; observed_at: string }> {
  const observed_at = isoTime(app.now());
  return { tokens: (await tokensOf(app.db)).map((token) => tokenOut(token, observed_at)), observed_at };
}

/** Ends a token. Once more changes nothing. */
export async function revokeToken(app: App, id: number): Promise<{ token: TokenOut; event: Event | null }> {
  const { result } = await change(app, async (work) => {
    const token = await tokenAt(work.tx, id);
    const event = token.revoked_at === null ? await revoke(work, token) : null;
    return { token: tokenOut(await tokenAt(work.tx, id), work.now), event };
  });
  return result;
}

/**
 * Puts a new token in the place of one: the same actor, name and kind. Where nothing is said of its end it lives as long as
 * the old one was made for, so that no token comes to live for ever by being rotated.
 */
export async function rotateToken(app: App, id: number, seconds?: number | null): Promise<MintedToken & { event: Event }> {
  const { result } = await change(app, async (work) => {
    const old = await tokenAt(work.tx, id);
    if (old.revoked_at !== null)
      throw new KataError("conflict", `Token ${id} is revoked: nothing takes its place.`, {
        hint: "Make another with `kata tokens create`.",
      });
    await revoke(work, old);
    const { actor, name, read_only } = old;
    const expires_at = after(work.now, seconds ?? lifetime(old));
    const { token, plaintext, event } = await mint(work, { actor, name, read_only, expires_at }, old.id);
    return { token: tokenOut(token, work.now), plaintext, event };
  });
  return result;
}

/** Keeps that a token was used. */
export async function noteTokenUse(app: App, id: number, at: string): Promise<void> {
  await change(app, ({ tx }) => setTokenUsed(tx, id, at));
}

type Minted = { token: Token; plaintext: string; event: Event };

async function mint({ tx, now, emit }: Change, facts: Omit<NewToken, "token_hash" | "created_at">, replaces?: number): Promise<Minted> {
  const plaintext = mintPlaintext((bytes) => crypto.getRandomValues(bytes));
  const token = await insertToken(tx, { ...facts, token_hash: hashOf(plaintext), created_at: now });
  const { read_only, expires_at } = facts;
  const event = await emit({
    type: "token.created",
    project: await systemProject(tx),
    actor: ADMINISTRATOR,
    payload: {
      ...factsOf(token),
      ...(read_only && { read_only }),
      ...(expires_at !== null && { expires_at }),
      ...(replaces !== undefined && { replaces }),
    },
  });
  return { token, plaintext, event: toWireEvent(event) };
}

async function revoke({ tx, now, emit }: Change, token: Token): Promise<Event> {
  await setTokenRevoked(tx, token.id, now);
  const changes = { revoked_at: { from: null, to: now } };
  const project = await systemProject(tx);
  return toWireEvent(await emit({ type: "token.revoked", project, actor: ADMINISTRATOR, payload: factsOf(token), changes }));
}

const factsOf = ({ id, actor, name }: Token) => ({ token_id: id, actor, ...(name !== null && { name }) });

function after(now: string, seconds: number | null | undefined): string | null {
  return seconds === null || seconds === undefined ? null : isoTime(new Date(Date.parse(now) + seconds * 1_000));
}

function lifetime({ created_at, expires_at }: Token): number | null {
  return expires_at === null ? null : (Date.parse(expires_at) - Date.parse(created_at)) / 1_000;
}

function checkName(text: string): string | null {
  const name = text.trim();
  if (name === "") return null;
  if (Array.from(name).length <= LONGEST_NAME && isPrintable(name)) return name;
  throw new KataError("validation", `name: ${JSON.stringify(name)} must be up to ${LONGEST_NAME} printable characters`, {
    hint: "Say what the token is for, such as laptop.",
  });
}

function tokenOut(token: Token, now: string): TokenOut {
  const { id, actor, name, created_at, last_used_at, revoked_at, expires_at, read_only } = token;
  return {
    id,
    actor,
    name,
    created_at,
    last_used_at,
    revoked_at,
    ...(expires_at !== null && { expires_at }),
    ...(read_only && { read_only }),
    state: stateOf(token, now),
  };
}
