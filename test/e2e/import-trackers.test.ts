import { expect, test } from "bun:test";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { IssueOut } from "../../src/api/shapes.ts";
import { type Workspace, workspace } from "../workspace.ts";

type Shown = { issue: IssueOut; comments: { author: string; body: string }[]; labels: { label: string }[] };

/** A workspace whose PATH has a `bd` of ours, which says what it is told to and keeps how it was called. */
async function withBeads(): Promise<{
  kata: Workspace;
  export: (...beads: object[]) => void;
  comments: (id: string, list: unknown) => void;
  calls(): Promise<string[]>;
}> {
  const kata = await workspace();
  const folder = join(kata.home, "bd");
  mkdirSync(folder);
  const script = `#!/bin/sh
    echo "$@" >> "${folder}/calls"
    case "$1" in
      export) cat "${folder}/export.jsonl" ;;
      comments) cat "${folder}/comments-$2.json" 2>/dev/null || echo "[]" ;;
      *) echo "Error: unknown command \\"$1\\" for \\"bd\\"" >&2; exit 1 ;;
    esac`;
  writeFileSync(join(folder, "bd"), script);
  chmodSync(join(folder, "bd"), 0o755);
  kata.env["PATH"] = `${folder}:${kata.env["PATH"]}`;
  return {
    kata,
    export: (...beads) => writeFileSync(join(folder, "export.jsonl"), beads.map((bead) => `${JSON.stringify(bead)}\n`).join("")),
    comments: (id, list) => writeFileSync(join(folder, `comments-${id}.json`), JSON.stringify(list)),
    calls: async () => (await Bun.file(join(folder, "calls")).text()).trim().split("\n"),
  };
}

const login = {
  id: "shop-a1b",
  title: "Login fails on Safari",
  description: "Steps:\r\n1. Log in",
  design: "Send the cookie again",
  acceptance_criteria: "Safari 16 logs in",
  notes: "",
  status: "in_progress",
  priority: 1,
  issue_type: "bug",
  assignee: "ada",
  estimated_minutes: 90,
  created_at: "2026-01-02T10:00:00.123456789+01:00",
  updated_at: "2026-01-05T10:00:00Z",
  external_ref: "gh-9",
  labels: ["Front End", "ui", "🐛"],
  dependencies: [
    { issue_id: "shop-a1b", depends_on_id: "shop-c3d", type: "blocks", created_at: "2026-01-03T09:00:00Z", created_by: "ada" },
    { issue_id: "shop-a1b", depends_on_id: "shop-e5f", type: "parent-child", created_at: "2026-01-03T09:00:00Z", created_by: "ada" },
    { issue_id: "shop-a1b", depends_on_id: "other-1", type: "discovered-from", created_at: "2026-01-03T09:00:00Z", created_by: "ada" },
  ],
};
const versions = {
  id: "shop-c3d",
  title: "Find out which versions",
  description: "",
  status: "closed",
  priority: 2,
  issue_type: "task",
  created_by: "bob",
  created_at: "2026-01-02T10:00:00Z",
  updated_at: "2026-01-04T10:00:00Z",
  closed_at: "2026-01-04T10:00:00Z",
  close_reason: "Tried 15 to 18",
};
const epic = {
  id: "shop-e5f",
  title: "Logging in",
  status: "open",
  priority: 9,
  issue_type: "epic",
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:00:00Z",
};
const gone = { ...epic, id: "shop-g7h", status: "tombstone", deleted_at: "2026-01-02T00:00:00Z" };
const memory = { _type: "memory", key: "style", value: "terse" };

const shown = async (kata: Workspace, label: string): Promise<Shown> => {
  const { issues } = (await kata`list --status all --json`).json<{ issues: IssueOut[] }>();
  const found = issues.find(({ labels = [], body }) => labels.includes(label) || body.includes(label));
  const page = (await kata`show ${found?.short_id ?? "none"} --json`).json<Shown>();
  return { ...page, issue: { ...page.issue, ...found } };
};

test("`kata import --source-format beads` brings over what bd exports, and the second run what changed since", async () => {
  const beads = await withBeads();
  await using kata = beads.kata;
  beads.export(login, versions, memory, epic, gone);
  beads.comments("shop-a1b", [{ id: 1, issue_id: "shop-a1b", author: "bob", text: "Only before 17", created_at: "2026-01-03T10:00:00Z" }]);
  const first = await kata`import --source-format beads`;
  expect(first).toMatchObject({
    exit: 0,
    stdout: "imported 3 issues from beads into demo: 3 created, 0 updated, 0 unchanged; 1 new comment, 2 new links\n",
    stderr: [
      "kata: 1 issue left out, deleted in Beads",
      "kata: 1 record left out, which are no issues",
      'kata: 1 label left out, with no letter that kata takes: "🐛"',
      "kata: 1 dependency left out, on issues that are not in the export",
      "",
    ].join("\n"),
  });
  expect((await beads.calls()).toSorted()).toEqual([
    "comments shop-a1b --json",
    "comments shop-c3d --json",
    "comments shop-e5f --json",
    "export --no-memories",
  ]);

  const { issue, comments, labels } = await shown(kata, "beads-id:shop-a1b");
  expect(issue).toMatchObject({
    title: "Login fails on Safari",
    status: "open",
    owner: "ada",
    priority: 1,
    author: "beads",
    created_at: "2026-01-02T09:00:00.123Z",
    updated_at: "2026-01-05T10:00:00.000Z",
  });
  expect(issue.body).toBe(
    [
      "Steps:\n1. Log in\n",
      "## Design\n\nSend the cookie again\n",
      "## Acceptance criteria\n\nSafari 16 logs in\n",
      "---",
      "Imported from Beads: shop-a1b, bug",
      "Status there: in_progress",
      "Reference: gh-9",
      "Estimate: 90 minutes",
      "Depends on: shop-e5f (parent-child), other-1 (discovered-from)",
    ].join("\n"),
  );
  expect(comments).toMatchObject([{ author: "bob", body: "Only before 17" }]);
  expect(labels.map(({ label }) => label)).toEqual(["beads-id:shop-a1b", "beads-status:in_progress", "front-end", "source:beads", "ui"]);
  const blocker = await shown(kata, "beads-id:shop-c3d");
  expect(blocker.issue).toMatchObject({
    status: "closed",
    author: "bob",
    closed_at: "2026-01-04T10:00:00.000Z",
    blocks: [{ uid: issue.uid }],
  });
  expect(blocker.issue.body).toContain("Closed because: Tried 15 to 18");
  expect((await shown(kata, "beads-id:shop-e5f")).issue.body).toContain("Priority there: 9");

  expect((await kata`import --source-format beads -q`).stdout).toBe("");
  const added = { issue_id: "shop-e5f", depends_on_id: "shop-a1b", type: "related", created_at: "2026-01-06T09:00:00Z" };
  beads.export(
    login,
    { ...versions, status: "open", closed_at: null, updated_at: "2026-01-07T00:00:00Z" },
    { ...epic, dependencies: [added] },
  );
  beads.comments("shop-e5f", [{ id: 2, author: "ada", text: "Nearly there", created_at: "2026-01-06T10:00:00Z" }]);
  const again = (await kata`import --source-format beads --json`).json<{ items: { status: string }[] }>();
  expect(again).toMatchObject({ kata_api_version: 1, source: "beads", created: 0, updated: 2, unchanged: 1, comments: 1, links: 1 });
  expect(again.items.map(({ status }) => status)).toEqual(["updated", "updated", "unchanged"]);
  expect((await shown(kata, "beads-id:shop-c3d")).issue.status).toBe("open");
});

test("`kata import --source-format beads --input` takes the file that bd keeps, with the comments in it, and needs no bd", async () => {
  await using kata = await workspace();
  const comments = [{ id: "c-1", author: "ada", text: "Nearly there", created_at: "2026-01-06T10:00:00Z" }];
  await Bun.write(join(kata.dir, "issues.jsonl"), `${JSON.stringify({ ...epic, comments })}\n\n${JSON.stringify(versions)}\n`);
  expect((await kata`import --source-format beads --input issues.jsonl`).stdout).toBe(
    "imported 2 issues from beads into demo: 2 created, 0 updated, 0 unchanged; 1 new comment, 0 new links\n",
  );
});

test("a bd that is absent, fails or writes nonsense is told as it is, and nothing is imported", async () => {
  const beads = await withBeads();
  await using kata = beads.kata;
  const refusal = async () => {
    const { exit, stderr } = await kata`import --source-format beads`;
    return [exit, stderr.split("\n")[0]];
  };
  beads.export(epic, { ...login, created_at: "yesterday" });
  expect(await refusal()).toEqual([3, 'kata: shop-a1b: created_at must be a time such as 2026-05-01T12:00:00Z, not "yesterday".']);
  beads.export({ ...epic, title: undefined });
  expect(await refusal()).toEqual([3, "kata: shop-e5f: title is missing."]);
  beads.export({ ...epic, labels: "ui" });
  expect(await refusal()).toEqual([3, 'kata: shop-e5f: labels must be a list of texts, not "ui".']);
  beads.export(epic);
  beads.comments("shop-e5f", [{ id: 1, text: " ", created_at: "2026-01-01T00:00:00Z" }]);
  expect(await refusal()).toEqual([3, 'kata: shop-e5f, comment 1: text must be a text that is not blank, not " ".']);
  writeFileSync(join(kata.home, "bd", "export.jsonl"), '{"id":"shop-1"\n');
  expect(await refusal()).toEqual([3, "kata: Line 1 of the export is no JSON."]);
  writeFileSync(join(kata.home, "bd", "bd"), '#!/bin/sh\necho "Error: no beads database found" >&2\nexit 1\n');
  expect(await refusal()).toEqual([1, "kata: `bd export` failed: Error: no beads database found"]);
  kata.env["PATH"] = "/nowhere";
  expect(await refusal()).toEqual([1, "kata: `bd`, the program of Beads, is not on the PATH."]);
  expect((await kata`list --status all`).stdout).toBe("");
});

test("a bd that does not know --no-memories is asked without it", async () => {
  const beads = await withBeads();
  await using kata = beads.kata;
  const script = `#!/bin/sh\n[ "$2" = --no-memories ] && { echo "Error: unknown flag: --no-memories" >&2; exit 1; }\n[ "$1" = export ] && echo '${JSON.stringify(epic)}' || echo null\n`;
  writeFileSync(join(kata.home, "bd", "bd"), script);
  expect((await kata`import --source-format beads`).stdout).toStartWith("imported 1 issue from beads into demo: 1 created");
});

const issue = {
  number: 12,
  title: "Login fails on Safari",
  body: "Steps:\r\n1. Log in",
  state: "OPEN",
  stateReason: "",
  labels: [{ id: "LA_1", name: "Good First Issue", color: "ededed", description: "" }, { name: "type/bug" }, { name: "日本" }],
  assignees: [{ id: "U_1", login: "ada", name: "Ada" }, { login: "bob" }],
  author: { id: "U_2", is_bot: false, login: "carol", name: "Carol" },
  comments: [
    {
      id: "IC_1",
      author: { login: "bob" },
      body: "Only before 17",
      createdAt: "2026-01-03T10:00:00Z",
      url: "https://github.com/shop/web/issues/12#issuecomment-1",
    },
    { id: "IC_2", author: null, body: "", createdAt: "2026-01-03T11:00:00Z" },
  ],
  createdAt: "2026-01-02T10:00:00Z",
  updatedAt: "2026-01-05T10:00:00Z",
  closedAt: null,
  url: "https://github.com/shop/web/issues/12",
  milestone: { title: "1.0" },
};
const closed = {
  ...issue,
  number: 13,
  state: "CLOSED",
  stateReason: "NOT_PLANNED",
  closedAt: "2026-01-04T10:00:00Z",
  comments: [],
  labels: [],
  assignees: [],
  author: null,
  body: "",
  url: "https://github.com/shop/web/issues/13",
};

test("`kata import --source-format github` brings over a dump of gh, and the second run what changed since", async () => {
  await using kata = await workspace();
  const run = (dump: object[], ...words: string[]) =>
    kata.run(["import", "--source-format", "github", "--input", "-", ...words], { stdin: JSON.stringify(dump) });
  expect(await run([issue, closed])).toMatchObject({
    exit: 0,
    stdout: "imported 2 issues from github into demo: 2 created, 0 updated, 0 unchanged; 1 new comment, 0 new links\n",
    stderr: ['kata: 1 label left out, with no letter that kata takes: "日本"', "kata: 1 comment left out, which say nothing", ""].join(
      "\n",
    ),
  });
  const open = await shown(kata, "issues/12");
  expect(open.issue).toMatchObject({
    title: "Login fails on Safari",
    body: "Steps:\n1. Log in\n\n---\nImported from https://github.com/shop/web/issues/12\nAlso assigned: bob",
    status: "open",
    owner: "ada",
    author: "carol",
    created_at: "2026-01-02T10:00:00.000Z",
    updated_at: "2026-01-05T10:00:00.000Z",
    labels: ["good-first-issue", "source:github", "type-bug"],
  });
  expect(open.comments).toMatchObject([{ author: "bob", body: "Only before 17" }]);
  expect((await shown(kata, "issues/13")).issue).toMatchObject({
    status: "closed",
    closed_reason: "wontfix",
    closed_at: "2026-01-04T10:00:00.000Z",
    author: "ghost",
    body: "---\nImported from https://github.com/shop/web/issues/13",
  });

  const changed = {
    ...issue,
    state: "CLOSED",
    stateReason: "COMPLETED",
    closedAt: "2026-01-09T10:00:00Z",
    updatedAt: "2026-01-09T10:00:00Z",
    labels: [],
  };
  const again = (await run([changed, closed], "--json")).json<{ items: object[] }>();
  expect(again).toMatchObject({ created: 0, updated: 1, unchanged: 1, comments: 0 });
  expect((await shown(kata, "issues/12")).issue).toMatchObject({ status: "closed", closed_reason: "done", labels: ["source:github"] });
  const elsewhere = { ...issue, url: "https://github.com/shop/app/issues/12" };
  expect((await run([elsewhere])).stdout).toContain("1 created");
});

test("a dump that is not as gh makes it is refused with the issue and the member, and nothing of it is imported", async () => {
  await using kata = await workspace();
  const refusal = async (dump: unknown) => {
    await Bun.write(join(kata.dir, "dump.json"), typeof dump === "string" ? dump : JSON.stringify(dump));
    const { exit, stderr } = await kata`import --source-format github --input dump.json`;
    return [exit, stderr.split("\n")[0]];
  };
  expect(await refusal([issue, { ...closed, createdAt: "yesterday" }])).toEqual([
    3,
    'kata: Issue 13: createdAt must be a time such as 2026-05-01T12:00:00Z, not "yesterday".',
  ]);
  expect(await refusal([{ ...issue, number: undefined }])).toEqual([3, "kata: Issue at place 1 of the list: number is missing."]);
  expect(await refusal([{ ...issue, url: undefined }])).toEqual([3, "kata: Issue 12: url is missing."]);
  expect(await refusal([{ ...issue, state: "MERGED" }])).toEqual([3, 'kata: Issue 12: state must be OPEN or CLOSED, not "MERGED".']);
  expect(await refusal([{ ...issue, labels: [{ name: 1 }] }])).toEqual([3, "kata: Issue 12, label 1: name must be a text, not 1."]);
  expect(await refusal([7])).toEqual([3, "kata: Issue at place 1 of the list must be an object, not 7."]);
  expect(await refusal({ issues: [] })).toEqual([3, "kata: The dump must be a list of issues."]);
  expect((await refusal("[")).at(1)).toStartWith("kata: dump.json is no JSON (");
  expect(await refusal([issue, issue])).toEqual([3, 'kata: items: two have the external_id "shop/web#12"']);
  const { exit, stderr } = await kata`import --source-format github --input none.json`;
  expect([exit, stderr.split("\n")[0]]).toEqual([1, 'kata: --input "none.json" can\'t be read: there is no such file or folder.']);
  expect((await kata`import --source-format github`).exit).toBe(3);
  expect((await kata`import --source-format jira`).stderr).toStartWith(
    'kata: --source-format must be one of beads, github, not "jira".\nHint: ',
  );
  expect((await kata`list --status all`).stdout).toBe("");
});

test("a batch that is larger than the daemon takes is refused before anything is sent", async () => {
  await using kata = await workspace();
  const body = "x".repeat(1_048_576);
  const dump = Array.from({ length: 66 }, (_, i) => ({ ...closed, number: i, url: `https://github.com/shop/web/issues/${i}`, body }));
  await Bun.write(join(kata.dir, "dump.json"), JSON.stringify(dump));
  const { exit, stderr } = await kata`import --source-format github --input dump.json`;
  expect([exit, stderr]).toEqual([
    3,
    "kata: The 66 issues are 67 MiB, and a daemon takes 64 MiB at once.\nHint: Import them in parts. Links between issues of different parts are left out.\n",
  ]);
  expect((await kata`list --status all`).stdout).toBe("");
});
