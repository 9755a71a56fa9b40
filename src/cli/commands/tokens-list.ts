import type { TokenOut } from "../../api/shapes.ts";
import { lineSafe } from "../../core/text.ts";
import { command } from "../command.ts";
import { table } from "../table.ts";

export const tokensList = command({
  name: "tokens list",
  summary: "List the tokens, those that ended too, without their secrets",
  examples: ["kata tokens list"],
  words: [],
  flags: {},
  async run(_, { client }) {
    const data = await (await client()).call("tokens.list", {});
    return { data, text: data.tokens.length === 0 ? "" : table([HEAD, ...data.tokens.map(cells)]) };
  },
});

const HEAD = ["ID", "ACTOR", "NAME", "MAY", "STATE", "CREATED", "LAST USED", "EXPIRES"];

function cells({ id, actor, name, read_only, state, created_at, last_used_at, expires_at }: TokenOut): string[] {
  const may = read_only ? "read" : "write";
  return [String(id), lineSafe(actor), lineSafe(name ?? "-"), may, state, created_at, last_used_at ?? "-", expires_at ?? "-"];
}
