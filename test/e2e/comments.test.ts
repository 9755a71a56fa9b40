import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Glob } from "bun";
import { type Workspace, workspace } from "../workspace.ts";

test("`kata comment` takes its text from a flag, a file or stdin", async () => {
  await using kata = await workspace();
  const a = (await kata`create "One" -q`).stdout.trim();
  await Bun.write(join(kata.dir, "note.md"), "from a file\n\n");
  expect(await kata`comment ${a} --body "from a flag"`).toMatchObject({ exit: 0, stdout: "comment appended\n", stderr: "" });
  expect(await kata`comment ${a} --body-file note.md -q`).toMatchObject({ exit: 0, stdout: "", stderr: "" });
  const piped = await kata.run(["comment", a, "--body-stdin", "--json"], { stdin: "two\nlines\n" });
  expect(piped.json()).toMatchObject({
    comment: { author: "tester", body: "two\nlines" },
    event: { type: "issue.commented" },
    changed: true,
  });
  for (const words of [[], ["--body", " "], ["--body-file", "none.md"]])
    expect(await kata`comment ${a} ${words}`).toMatchObject({ exit: 3, stdout: "" });
  const { comments } = (await kata`show ${a} --json`).json<{ comments: { body: string }[] }>();
  expect(comments.map(({ body }) => body)).toEqual(["from a flag", "from a file", "two\nlines"]);
});

/** The socket of the daemon that the workspace's commands started. */
function socketOf({ home }: Workspace): string {
  const [file = ""] = new Glob("runtime/*/daemon.*.json").scanSync(home);
  const { address } = JSON.parse(readFileSync(join(home, file), "utf8")) as { address: string };
  return address.replace("unix://", "");
}

test("`--comment` that is not posted says that the change was made, and how to post it", async () => {
  await using kata = await workspace();
  const a = (await kata`create "One" -q`).stdout.trim();
  const unix = socketOf(kata);
  // Stands between command and daemon, and lets no comment through.
  await using between = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const { pathname, search } = new URL(request.url);
      if (pathname.endsWith("/comments")) {
        return Response.json({ status: 429, error: { code: "error", message: "Too many comments." } }, { status: 429 });
      }
      const { method } = request;
      return fetch(`http://kata.invalid${pathname}${search}`, {
        method,
        unix,
        ...(method !== "GET" && { headers: { "content-type": "application/json" }, body: await request.text() }),
      });
    },
  });
  const ran = await kata.run(["label", "add", a, "bug", "--comment", "Why."], { env: { KATA_SERVER: between.url.origin } });
  expect(ran).toMatchObject({ exit: 1, stdout: "" });
  expect(ran.stderr).toMatch(
    new RegExp(
      `^kata: The change of ${a} was made, but its comment was not posted: Too many comments\\.\\nHint: Don't repeat .*kata comment \\w{26} --body TEXT\\n$`,
    ),
  );
  expect((await kata`show ${a} --json`).json()).toMatchObject({ labels: [{ label: "bug" }], comments: [] });
});
