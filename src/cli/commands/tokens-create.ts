import { LocalError } from "../../core/error.ts";
import { command } from "../command.ts";
import { deliver, secondsOf, secretFlags } from "../token-secret.ts";

export const tokensCreate = command({
  name: "tokens create",
  summary: "Make a token for a person or an agent, whose changes are credited to it",
  examples: [
    "kata tokens create --actor wesm --name laptop",
    "kata tokens create --actor agent-7 --expires-in 12h --token-file agent-7.token",
  ],
  words: [],
  flags: {
    actor: { kind: "text", value: "NAME", help: "whom changes with it are credited to" },
    name: { kind: "text", value: "NAME", help: "what it is for, such as the machine that holds it" },
    read_only: { kind: "switch", help: "it reads and follows, and changes nothing" },
    ...secretFlags,
  },
  async run({ actor, name, read_only, expires_in, token_file }, context) {
    if (actor === undefined) throw new LocalError("usage", "--actor is missing", "Name whom the token's changes are credited to.");
    const expires_in_seconds = secondsOf(expires_in);
    const body = { actor, ...(name !== undefined && { name }), ...(expires_in_seconds !== undefined && { expires_in_seconds }), read_only };
    const make = async () => (await context.client()).call("tokens.create", { body });
    return deliver(context, token_file, make, (line) => `created ${line}`);
  },
});
