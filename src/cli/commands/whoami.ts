import { lineSafe } from "../../core/text.ts";
import { isOwnToken } from "../../core/token.ts";
import { actorOf } from "../actor.ts";
import { command } from "../command.ts";

export const whoami = command({
  name: "whoami",
  guesses: ["who"],
  summary: "Tell who your changes are credited to, and why",
  examples: ["kata whoami", "kata whoami --as agent-7"],
  words: [],
  flags: {},
  async run(_, { global, env, folder }) {
    const data = actorOf(global.as, env, folder);
    const decides = isOwnToken(env["KATA_AUTH_TOKEN"] ?? "")
      ? ["kata: a daemon that knows the token from KATA_AUTH_TOKEN goes by its actor"]
      : [];
    return { data, text: `actor=${lineSafe(data.actor)} source=${data.source}`, notices: decides };
  },
});
