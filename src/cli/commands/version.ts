import { build } from "../../core/version.ts";
import { command } from "../command.ts";

export const version = command({
  name: "version",
  summary: "Tell which kata this is",
  words: [],
  flags: {},
  async run() {
    const data = { ...build, bun: Bun.version, os: process.platform, arch: process.arch };
    const text = `kata ${build.version}\ncommit ${build.commit}\nbuilt ${build.built}\nbun ${Bun.version}\n${process.platform}/${process.arch}`;
    return { data, text };
  },
});
