import { tokenOf } from "../../config/target.ts";
import { lineSafe } from "../../core/text.ts";
import { isOwnToken } from "../../core/token.ts";
import { actorOf } from "../actor.ts";
import { command } from "../command.ts";

export const whoami = command({
  name: "whoami",
  summary: "Tell who your changes are credited to, and why",
  examples: ["kata whoami", "kata whoami --as agent-7"],
  words: [],
  flags: {},
  async run(_, { global, env, folder, home }) {
    const data = actorOf(global.as, env, folder);
    const token = tokenOf(env, home);
    const decides = token && isOwnToken(token.value) ? [`kata: a daemon that knows the token from ${token.from} goes by its actor`] : [];
    return { data, text: `actor=${lineSafe(data.actor)} source=${data.source}`, notices: decides };
  },
});
