import fc from "fast-check";
import type { Issue, Project } from "../src/api/shapes.ts";
import type { App } from "../src/app/app.ts";
import { removeProject } from "../src/app/archives.ts";
import { closeIssue, reopenIssue } from "../src/app/closes.ts";
import { commentOnIssue } from "../src/app/comments.ts";
import { createIssue } from "../src/app/create.ts";
import { deleteIssue, restoreIssue } from "../src/app/deletions.ts";
import { editIssue } from "../src/app/edit.ts";
import { importItems } from "../src/app/imports.ts";
import { labelIssue, unlabelIssue } from "../src/app/labels.ts";
import { linkIssue } from "../src/app/links.ts";
import { mergeProjects } from "../src/app/merges.ts";
import { patchIssueMetadata, patchProjectMetadata } from "../src/app/metadata.ts";
import { moveIssue } from "../src/app/moves.ts";
import { assignIssue } from "../src/app/owners.ts";
import { initProject, renameProjectTo } from "../src/app/projects.ts";
import { purgeIssue } from "../src/app/purges.ts";
import { createRecurrence } from "../src/app/recurrences.ts";
import { mintToken, revokeToken } from "../src/app/tokens.ts";
import { confirmationOf } from "../src/core/confirmation.ts";
import { KataError } from "../src/core/error.ts";
import { findIssue } from "../src/store/issues.ts";
import { findProject } from "../src/store/projects.ts";
import { sql } from "../src/store/sql.ts";

/** One thing that somebody does; the numbers choose among what is there. */
type Step = { deed: (typeof deeds)[number]; a: number; b: number; text: string };

const MESSAGE = "The cookie was dropped by a redirect, and is sent again now that the test runs.";
const actor = "ann";

type On = { app: App; project: Project; other: Project; issue: Issue; peer: Issue; text: string; n: number };

const acts = {
  create: ({ app, project, text, n }: On) =>
    createIssue(app, {
      project_id: project.id,
      actor,
      title: `${text} ${n}`,
      body: text,
      labels: n % 3 === 0 ? [`l${n % 5}`] : [],
      links: [],
      force_new: true,
      ...(n % 4 === 0 && { idempotency_key: `k${n}` }),
    }),
  edit: ({ app, issue, text, n }: On) => editIssue(app, { ...of(issue), title: `${text}.`, ...(n % 2 === 0 && { set_priority: n % 5 }) }),
  comment: ({ app, issue, text }: On) => commentOnIssue(app, { ...of(issue), body: `${text}!` }),
  label: ({ app, issue, n }: On) => labelIssue(app, { ...of(issue), label: `l${n % 5}` }),
  unlabel: ({ app, issue, n }: On) => unlabelIssue(app, { ...of(issue), label: `l${n % 5}` }),
  assign: ({ app, issue, n }: On) => assignIssue(app, { ...of(issue), owner: `o${n % 3}` }),
  link: ({ app, issue, peer, n }: On) =>
    linkIssue(app, { ...of(issue), type: (["parent", "blocks", "related"] as const)[n % 3] ?? "related", to_ref: peer.uid, replace: true }),
  links: ({ app, issue, peer }: On) => editIssue(app, { ...of(issue), links_delta: { add_blocks: [peer.uid], add_related: [peer.uid] } }),
  close: ({ app, issue, n }: On) =>
    closeIssue(app, {
      ...of(issue),
      reason: "done",
      message: `${MESSAGE} ${n}`,
      evidence: [{ type: "commit", sha: "1a2b3c4" }],
      tui: false,
      dry_run: false,
    }),
  reopen: ({ app, issue }: On) => reopenIssue(app, of(issue)),
  delete: async ({ app, issue }: On) => deleteIssue(app, { ...of(issue), confirmation: await words(app, "DELETE", issue) }),
  restore: ({ app, issue }: On) => restoreIssue(app, of(issue)),
  purge: async ({ app, issue, text }: On) =>
    purgeIssue(app, { ...of(issue), reason: text, confirmation: await words(app, "PURGE", issue) }),
  move: ({ app, issue, other }: On) => moveIssue(app, { ...of(issue), to_project_uid: other.uid, revision: issue.revision }),
  plan: ({ app, issue, text, n }: On) =>
    patchIssueMetadata(app, { ...of(issue), revision: issue.revision, patch: { someday: true, [`k${n % 3}`]: [text, n / 7] } }),
  describe: ({ app, project, text }: On) =>
    patchProjectMetadata(app, { project_id: project.id, actor, revision: project.revision, patch: { area: text } }),
  recur: ({ app, project, text, n }: On) =>
    createRecurrence(app, {
      project_id: project.id,
      actor,
      rrule: "FREQ=DAILY",
      dtstart: "2026-03-01",
      timezone: "Europe/Berlin",
      template: { title: `Again ${text}`, labels: [`l${n % 5}`] },
    }),
  token: ({ app, n }: On) =>
    mintToken(app, { actor: `bot${n % 3}`, read_only: n % 2 === 0, ...(n % 3 === 0 && { expires_in_seconds: 3_600 }) }),
  revoke: ({ app, n }: On) => revokeToken(app, 1 + (n % 3)),
  project: ({ app, n }: On) =>
    initProject(app, { name: `project ${n}`, alias: { identity: `local:///p${n}`, kind: "local", root_path: `/p${n}` } }),
  rename: ({ app, project, n }: On) => renameProjectTo(app, project.id, `renamed ${n}`),
  merge: ({ app, project, other }: On) => mergeProjects(app, { project_id: project.id, source_project_id: other.id }),
  archive: ({ app, project, n }: On) => (n % 4 === 0 ? removeProject(app, { project_id: project.id, actor, force: true }) : undefined),
  import: ({ app, project, text, n }: On) =>
    importItems(app, {
      project_id: project.id,
      actor,
      source: "beads",
      items: [0, 1].map((i) => ({
        external_id: `x${(n + i) % 4}`,
        title: `Imported ${text}`,
        author: "eve",
        status: "open",
        created_at: "2026-01-01T00:00:00Z",
        updated_at: `2026-02-0${1 + (n % 9)}T00:00:00Z`,
        labels: ["from"],
        comments: [{ external_id: `c${(n + i) % 4}`, author: "eve", body: "Seen.", created_at: "2026-01-02T00:00:00Z" }],
        links: i === 0 ? [{ type: "blocks", target_external_id: `x${(n + 1) % 4}` }] : [],
      })),
    }),
};

const deeds = Object.keys(acts) as (keyof typeof acts)[];
const of = ({ project_id, uid }: Issue) => ({ project_id, ref: uid, actor });

async function words(app: App, deed: "DELETE" | "PURGE", issue: Issue): Promise<string> {
  return confirmationOf(deed, (await findProject(app.db, issue.project_id)) as Project, issue);
}

/** What some people might do over a while. Most of it makes issues, or there would be little to do something with. */
export const history: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    deed: fc.oneof({ weight: 1, arbitrary: fc.constant("create" as const) }, { weight: 3, arbitrary: fc.constantFrom(...deeds) }),
    a: fc.nat(1_000),
    b: fc.nat(1_000),
    text: fc.oneof(fc.string({ unit: "grapheme", maxLength: 12 }), fc.constantFrom("<b> & \u2028", '"\\\u0007', "ü🙂")),
  }),
  { minLength: 1, maxLength: 60, size: "max" },
);

/** Lets a history happen. What is refused does not. */
export async function live(app: App & { pass(ms: number): void }, steps: readonly Step[]): Promise<void> {
  for (const name of ["one", "two"])
    await initProject(app, { name, alias: { identity: `local:///${name}`, kind: "local", root_path: `/${name}` } });
  const [project] = await app.db.all<Project>(sql`SELECT id, uid, name FROM projects WHERE name = 'one'`);
  for (const title of ["First", "Second"]) {
    await createIssue(app, { project_id: project?.id ?? 0, actor, title, body: "There from the start", labels: ["l1"], links: [] });
  }
  for (const step of steps) {
    app.pass(1_000);
    await act(app, step).catch((error: unknown) => {
      if (!(error instanceof KataError) || error.code === "internal") throw error;
    });
  }
}

async function act(app: App, { deed, a, b, text }: Step): Promise<void> {
  const projects = await app.db.all<{ id: number }>(sql`SELECT id FROM projects WHERE id > 0 ORDER BY id`);
  const issues = await app.db.all<{ id: number }>(sql`SELECT id FROM issues ORDER BY id`);
  const project = async (n: number) => (await findProject(app.db, projects[n % projects.length]?.id ?? 0)) as Project;
  const issue = async (n: number) => (await findIssue(app.db, issues[n % issues.length]?.id ?? 0)) as Issue;
  if (issues.length === 0 && deed !== "create") return;
  await acts[deed]({
    app,
    project: await project(a),
    other: await project(b),
    issue: await issue(a),
    peer: await issue(b),
    text: text.trim() === "" ? "x" : text,
    n: b,
  });
}
