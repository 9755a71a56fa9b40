/** The main job, once, for real: the compiled program and its daemon create and list a first issue, in a home of their own. */
import { workspace } from "./workspace.ts";

await using kata = await workspace({ project: false });
for (const words of [["init", "--project", "demo"], ["create", "Fix the login", "--label", "bug", "--priority", "1"], ["list"]]) {
  console.log(`$ kata ${words.map((word) => (word.includes(" ") ? JSON.stringify(word) : word)).join(" ")}`);
  const { exit, stdout, stderr } = await kata.run(words);
  console.log(`${stdout}${stderr}`.trimEnd());
  if (exit !== 0) process.exit(exit);
}
