import { expect, test } from "bun:test";
import { commands } from "../../src/cli/commands.ts";
import { workspace } from "../workspace.ts";

/** What bash offers after a command line, whose last word is the one being typed. */
function offered(script: string, ...words: string[]): string[] {
  const asked = `${script}\nCOMP_WORDS=(kata "$@"); COMP_CWORD=$#; _kata; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, exitCode } = Bun.spawnSync(["bash", "-uc", asked, "bash", ...words]);
  expect(exitCode).toBe(0);
  return stdout.toString().split("\n").filter(Boolean);
}

test("`kata completion bash` prints what lets bash complete each command and each of its flags", async () => {
  await using kata = await workspace({ project: false });
  const { stdout, exit } = await kata`completion bash`;
  expect([exit, kata.daemons()]).toEqual([0, []]);
  expect(offered(stdout, "cr")).toEqual(["create"]);
  expect(offered(stdout, "daemon", "st")).toEqual(["start", "stop", "status"]);
  expect(offered(stdout, "--json", "close", "abc4", "--wont")).toEqual(["--wontfix"]);
  expect(offered(stdout, "nothing", "")).toEqual([]);
  for (const { name, flags } of commands) {
    const words = name.split(" ");
    expect(offered(stdout, ...words)).toContain(words.at(-1) ?? "");
    const given = offered(stdout, ...words, "--");
    for (const flag of Object.keys(flags))
      expect([name, given]).toEqual([name, expect.arrayContaining([`--${flag.replaceAll("_", "-")}`])]);
  }
}, 60_000);

test("`kata completion` has each command in the script of each shell, and names the shells that it knows", async () => {
  await using kata = await workspace({ project: false });
  for (const shell of ["zsh", "fish", "powershell"]) {
    const { script } = (await kata`completion ${shell} --json`).json<{ script: string }>();
    for (const { name } of commands) expect([shell, script]).toEqual([shell, expect.stringContaining(name)]);
  }
  expect(await kata`completion bahs`).toMatchObject({ exit: 2, stderr: expect.stringContaining("Did you mean bash?") });
});
