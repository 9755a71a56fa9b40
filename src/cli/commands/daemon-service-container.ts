import { LocalError } from "../../core/error.ts";
import { command } from "../command.ts";
import { containerfile } from "../service/container.ts";
import { arches } from "../service/image.ts";

export const daemonServiceContainer = command({
  name: "daemon service container",
  summary: "Print a Containerfile for the daemon",
  examples: ["kata daemon service container", "kata daemon service container --arch arm64"],
  words: [],
  flags: { arch: { kind: "text", value: arches.join("|"), help: "the machine that it runs on (this one's)" } },
  async run({ arch: given = process.arch === "x64" ? "amd64" : process.arch }) {
    const arch = arches.find((each) => each === given);
    if (!arch) throw new LocalError("usage", `--arch must be ${arches.join(" or ")}, not ${JSON.stringify(given)}`);
    const text = containerfile(arch);
    return { data: { containerfile: text }, text };
  },
});
