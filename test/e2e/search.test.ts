import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { join } from "node:path";
import { workspace } from "../workspace.ts";

test("`kata search` finds as well where there are many issues, on a thread of its own", async () => {
  await using kata = await workspace();
  const ref = (await kata`create "Fix the login" --body "It fails on Safari" -q`).stdout.trim();
  const db = new Database(join(kata.home, "kata.db"));
  const columns = "id, uid, project_id, short_id, title, author, created_at, updated_at";
  db.run("PRAGMA busy_timeout = 5000");
  db.run(
    `INSERT INTO issues (${columns}) SELECT 1000000, '01KJKB5W00KATATESTS0000000', project_id, '0000', 'Far', author, created_at, updated_at FROM issues`,
  );
  db.close();
  const first = await kata`search safari login`;
  expect(first.stdout).toMatch(new RegExp(`^${ref}      \\d+\\.\\d\\d  open      Fix the login  \\(title,body\\)\\n$`));
  const together = await Promise.all(["login", "safari", "fix", "nothing"].map((word) => kata`search ${word}`));
  expect(together.map(({ stdout }) => stdout.split(" ")[0])).toEqual([ref, ref, ref, "no"]);
});

test("`kata search` finds nothing quietly, and refuses a blank", async () => {
  await using kata = await workspace();
  const closed = (await kata`create "Alpha one" -q`).stdout.trim();
  expect(await kata`search ALPHA --json`).toMatchObject({ exit: 0, stderr: "" });
  const { query, results } = (await kata`search " alpha " one --json`).json<{
    query: string;
    results: { issue: object; matched_in: string[] }[];
  }>();
  expect(query).toBe(" alpha  one");
  expect(results).toMatchObject([
    { issue: { short_id: closed, uid: expect.any(String), project_uid: expect.any(String) }, matched_in: ["title"] },
  ]);
  expect(await kata`search zebra`).toMatchObject({ exit: 0, stdout: "no matches\n", stderr: "" });
  expect(await kata`search zebra -q`).toMatchObject({ exit: 0, stdout: "", stderr: "" });
  expect((await kata`search zebra --json -q`).json()).toMatchObject({ query: "zebra", results: [] });
  expect(await kata`search " "`).toMatchObject({ exit: 3, stdout: "" });
  expect(await kata`search`).toMatchObject({ exit: 2, stdout: "" });
  expect(await kata`search -- "--" -x`).toMatchObject({ exit: 0, stdout: "no matches\n" });
  expect(await kata`search alpha --limit many`).toMatchObject({ exit: 2, stdout: "" });
});
