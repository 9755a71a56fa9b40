import { command } from "../command.ts";
import { deliver, secondsOf, secretFlags } from "../token-secret.ts";
import { checkTokenId } from "../token-id.ts";

export const tokensRotate = command({
  name: "tokens rotate",
  summary: "Make a token that takes the place of another, which ends",
  examples: ["kata tokens rotate 1 --expires-in 30d"],
  words: ["id"],
  flags: secretFlags,
  async run({ id, expires_in, token_file }, context) {
    const token_id = checkTokenId(id);
    const expires_in_seconds = secondsOf(expires_in);
    const body = { ...(expires_in_seconds !== undefined && { expires_in_seconds }) };
    const make = async () => (await context.client()).call("tokens.rotate", { params: { token_id }, body });
    return deliver(context, token_file, make, (line) => `revoked token ${token_id}, created ${line}`);
  },
});
