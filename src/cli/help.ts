import { dashed, type Flags, valueName } from "./args.ts";
import { type Command, globalFlags } from "./command.ts";

/** How a command is called, on one line. */
export function usageOf({ name, words, flags }: Command): string {
  const shown = words.map((word) => {
    const bare = word.replace(/\.\.\.$|\?$/, "").toUpperCase();
    if (word.endsWith("...")) return `${bare}...`;
    return word.endsWith("?") ? `[${bare}]` : bare;
  });
  return ["kata", name, ...shown, ...(Object.keys(flags).length > 0 ? ["[flags]"] : [])].join(" ");
}

export function helpOf(command: Command): string {
  const { summary, flags, examples = [], aliases = [] } = command;
  const parts = [`${summary}.`, `Usage:\n  ${usageOf(command)}`];
  if (aliases.length > 0) parts.push(`Also called: ${aliases.join(", ")}`);
  if (examples.length > 0) parts.push(`Examples:\n${examples.map((example) => `  ${example}`).join("\n")}`);
  if (Object.keys(flags).length > 0) parts.push(`Flags:\n${flagLines(flags)}`);
  parts.push(`Flags of every command:\n${flagLines(globalFlags)}`);
  return parts.join("\n\n");
}

export function groupHelp(group: string, commands: readonly Command[]): string {
  const members = commands.filter(({ name }) => name.startsWith(`${group} `));
  return `Commands:\n${columns(members.map((each) => [usageOf(each).replace(" [flags]", ""), each.summary]))}\n\n\`kata help ${group} COMMAND\` tells more of one.`;
}

export function generalHelp(commands: readonly Command[]): string {
  const lines = commands.map((each): [string, string] => [each.name, each.summary]);
  return [
    "kata: issues for people and coding agents.",
    "Usage:\n  kata COMMAND [flags]",
    `Commands:\n${columns(lines)}`,
    `Flags of every command:\n${flagLines(globalFlags)}`,
    "`kata help COMMAND` tells more of one; `kata quickstart` is for agents.",
  ].join("\n\n");
}

function flagLines(flags: Flags): string {
  return columns(
    Object.entries(flags).map(([name, flag]): [string, string] => {
      const { short, help } = flag;
      const taken = valueName(flag);
      return [`${short === undefined ? "" : `-${short}, `}${dashed(name)}${taken === "" ? "" : ` ${taken}`}`, help];
    }),
  );
}

function columns(rows: readonly [string, string][]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join("\n");
}
