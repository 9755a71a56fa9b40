import { command } from "../command.ts";
import { checkTokenId } from "../token-id.ts";
import { tokenLine } from "../token-secret.ts";

export const tokensRevoke = command({
  name: "tokens revoke",
  summary: "End a token at once, and the streams that it opened",
  examples: ["kata tokens revoke 2"],
  words: ["id"],
  flags: {},
  async run({ id }, { client }) {
    const params = { token_id: checkTokenId(id) };
    const data = await (await client()).call("tokens.revoke", { params, body: {} });
    const { token, event } = data;
    const line = tokenLine(token);
    return { data, text: event ? `revoked ${line}` : `${line} was revoked already, at ${token.revoked_at} (no-op)`, quiet: "" };
  },
});
