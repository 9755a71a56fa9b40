import quickstartText from "../quickstart.txt" with { type: "text" };
import { command } from "../command.ts";

export const quickstart = command({
  name: "quickstart",
  aliases: ["agent-instructions"],
  guesses: ["guide"],
  summary: "Print what a coding agent needs to know",
  examples: ["kata quickstart"],
  words: [],
  flags: {},
  async run() {
    const text = quickstartText.trimEnd();
    return { data: { quickstart: text }, text };
  },
});
