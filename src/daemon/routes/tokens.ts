import { listTokens, mintToken, revokeToken, rotateToken } from "../../app/tokens.ts";
import type { Handlers } from "../router.ts";

export const tokenHandlers = {
  "tokens.create": ({ app }, { body }) => mintToken(app, body),
  "tokens.list": ({ app }) => listTokens(app),
  "tokens.revoke": async ({ app, tokens }, { params }) => {
    const revoked = await revokeToken(app, params.token_id);
    tokens.forget(params.token_id);
    return revoked;
  },
  "tokens.rotate": async ({ app, tokens }, { params, body }) => {
    const rotated = await rotateToken(app, params.token_id, body.expires_in_seconds);
    tokens.forget(params.token_id);
    return rotated;
  },
} satisfies Partial<Handlers>;
