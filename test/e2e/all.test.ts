import { expect, test } from "bun:test";
import { join } from "node:path";
import { Glob } from "bun";
import { commands } from "../../src/cli/commands.ts";

test("every command has a transcript through the binary, named after it: `kata NAME`", async () => {
  const files = [...new Glob("*.test.ts").scanSync(import.meta.dir)];
  const texts = await Promise.all(files.map((file) => Bun.file(join(import.meta.dir, file)).text()));
  const whole = texts.join("\n");
  const isShown = (name: string) => new RegExp(`^test\\(".*\`(?:kata )?${name}(?![\\w-])`, "m").test(whole);
  expect(commands.map(({ name }) => name).filter((name) => !isShown(name))).toEqual([]);
});
