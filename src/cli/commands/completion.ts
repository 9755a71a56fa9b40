import { LocalError } from "../../core/error.ts";
import { closest } from "../../core/text.ts";
import { command } from "../command.ts";
import { completionFor, shells } from "../completion.ts";

export const completion = command({
  name: "completion",
  summary: "Print a script that lets a shell complete commands and flags",
  examples: ["kata completion bash"],
  words: ["shell"],
  flags: {},
  async run({ shell }) {
    const known = shells.find((each) => each === shell);
    if (known === undefined) {
      const near = closest(shell, shells);
      throw new LocalError(
        "usage",
        `SHELL must be one of ${shells.join(", ")}, not ${JSON.stringify(shell)}`,
        near ? `Did you mean ${near}?` : "For example: `source <(kata completion bash)`.",
      );
    }
    const { commands } = await import("../commands.ts");
    const script = completionFor(known, commands);
    return { data: { shell: known, script }, text: script };
  },
});
