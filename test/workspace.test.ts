import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { workspace } from "./workspace.ts";

test("`workspace()` gives a bound project, passes words whole, and leaves nothing behind", async () => {
  let dir: string;
  {
    await using kata = await workspace();
    const title = 'Fix "the" login';
    const created = await kata`create ${title} --label bug --json`;
    expect(created).toMatchObject({ exit: 0, stderr: "" });
    expect(created.json<{ issue: { title: string } }>().issue.title).toBe(title);
    expect(await kata.run(["show", "zzzz"])).toMatchObject({ exit: 4, stdout: "" });
    expect(kata.daemons()).toHaveLength(1);
    dir = kata.dir;
  }
  expect(existsSync(dir)).toBe(false);
});

test("`workspace()` takes quoted text, lists and text that touches a hole for the words they are", async () => {
  await using kata = await workspace();
  const { json } = await kata`create "Two words" ${["--label", "a"]} --priority=${1} --json`;
  expect(json()).toMatchObject({ issue: { title: "Two words", priority: 1 } });
});
