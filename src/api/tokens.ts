import * as v from "valibot";
import { LONGEST_LIFE_S } from "../core/token.ts";
import type { Route } from "./route.ts";
import { Event, TokenOut } from "./shapes.ts";
import { Flag, integerText, maybe, request, Text } from "./values.ts";

const Minted = v.object({ token: TokenOut, plaintext: v.pipe(v.string(), v.description("shown here, and never again")) });

const whole = "must be a whole number of seconds";
const ExpiresIn = maybe(
  v.pipe(
    v.number(whole),
    v.integer(whole),
    v.minValue(1, ({ received }) => `must be 1 or more, not ${received}`),
    v.maxValue(LONGEST_LIFE_S, ({ received }) => `must be ${LONGEST_LIFE_S} (ten years) or less, not ${received}`),
  ),
);

const Scope = maybe(
  v.custom<never>(() => false, "this kata has no tokens for single issues; leave it out, or take read_only for one that only reads"),
);

const TokenPath = v.object({ token_id: integerText() });

export const tokens = {
  "tokens.create": {
    summary: "Make a token of an actor's own",
    needs: "tokens",
    body: request({ actor: Text, name: maybe(Text), expires_in_seconds: ExpiresIn, read_only: maybe(Flag), scope: Scope }),
    reply: Minted,
    refusals: ["validation"],
  },
  "tokens.list": {
    summary: "List the tokens, those that ended too, without their secrets",
    needs: "tokens",
    reply: v.object({ tokens: v.array(TokenOut), observed_at: v.string() }),
    refusals: [],
  },
  "tokens.revoke": {
    summary: "End a token at once, and the streams that it opened",
    needs: "tokens",
    params: TokenPath,
    body: request({}),
    reply: v.object({ token: TokenOut, event: v.nullable(Event) }),
    refusals: ["validation", "token_not_found"],
  },
  "tokens.rotate": {
    summary: "Make a token that takes the place of another, which ends",
    needs: "tokens",
    params: TokenPath,
    body: request({ expires_in_seconds: ExpiresIn }),
    reply: v.object({ ...Minted.entries, event: Event }),
    refusals: ["validation", "token_not_found", "conflict"],
  },
} as const satisfies Record<string, Route>;

export type MintedToken = v.InferOutput<typeof Minted>;
