import { expect, test } from "bun:test";
import { freshApp, type TestApp } from "../../test/apps.ts";
import { eventsIn } from "../../test/events.ts";
import { removeProject } from "./archives.ts";
import { createIssue } from "./create.ts";
import { listIssues, showIssue } from "./issues.ts";
import { mergeProjects } from "./merges.ts";
import { initProject, resolveProject } from "./projects.ts";
import { createRecurrence, listRecurrences } from "./recurrences.ts";

const project = async (app: TestApp, name: string) => (await initProject(app, { name })).project;
const create = async (app: TestApp, project_id: number, title: string) =>
  (await createIssue(app, { project_id, actor: "ann", title, labels: [], links: [] })).issue;

test("`mergeProjects()` takes recurrences along, which the original loses", async () => {
  await using app = await freshApp();
  const [source, target] = [await project(app, "old"), await project(app, "new")];
  const schedule = { rrule: "FREQ=DAILY", dtstart: "2026-03-01", timezone: "UTC", template: { title: "Water" } };
  const { uid } = await createRecurrence(app, { project_id: source.id, actor: "ann", ...schedule });
  await mergeProjects(app, { project_id: target.id, source_project_id: source.id });
  expect((await listRecurrences(app, target.id)).map((each) => each.uid)).toEqual([uid]);
});

test("`mergeProjects()` gives issues whose short id is taken the next free one, and tells which", async () => {
  await using app = await freshApp();
  const [source, target] = [await project(app, "old"), await project(app, "new")];
  const next = app.ulid;
  const issueAs = async (project_id: number, uid: string, title: string) => {
    let first = true;
    app.ulid = () => (first ? ((first = false), uid) : next());
    return create(app, project_id, title);
  };
  const mine = await issueAs(source.id, "01KJKB5W00AAAAAAAAAAAAZZZZ", "mine");
  await issueAs(target.id, "01KJKB5W00BBBBBBBBBBBBZZZZ", "theirs");
  const merged = await mergeProjects(app, { project_id: target.id, source_project_id: source.id, target_name: "all" });
  expect(merged).toMatchObject({ issues_moved: 1, target: { name: "all" }, source: { name: "old" } });
  expect(merged.short_id_extensions).toEqual([{ uid: mine.uid, pre_merge_short_id: "zzzz", post_merge_short_id: "azzzz" }]);
  expect((await listIssues(app, { project_id: target.id })).map(({ qualified_id }) => qualified_id)).toEqual(["all#zzzz", "all#azzzz"]);
  expect((await showIssue(app, { project_id: target.id, ref: "azzzz", include_deleted: false })).issue.title).toBe("mine");
});

test("`removeProject()` forgets the aliases, so that nothing resolves to it", async () => {
  await using app = await freshApp();
  const alias = { identity: "github.com/acme/x", kind: "git", root_path: "/x" };
  const { project: made } = await initProject(app, { name: "x", alias });
  const { event } = await removeProject(app, { project_id: made.id, actor: "ann", force: false });
  expect(event).toMatchObject({ type: "project.removed", payload: '{"alias_count":1,"open_issues":0}' });
  const [told] = (await eventsIn(app.db)).slice(-1);
  expect(told?.changes).toMatchObject({ aliases: { from: [{ alias_identity: alias.identity, root_path: "/x" }], to: [] } });
  expect(resolveProject(app, { alias })).rejects.toMatchObject({ code: "project_not_initialized" });
});

test("`resolveProject()` writes nothing for an alias that is known and was seen lately", async () => {
  await using app = await freshApp();
  const alias = { identity: "github.com/acme/x", kind: "git", root_path: "/x" };
  const { alias: first } = await initProject(app, { name: "x", alias });
  app.pass(60_000);
  expect((await resolveProject(app, { alias })).alias.last_seen_at).toBe(first.last_seen_at);
  app.pass(2 * 60 * 60_000);
  expect((await resolveProject(app, { alias })).alias.last_seen_at > first.last_seen_at).toBe(true);
  expect((await resolveProject(app, { alias: { ...alias, root_path: "/moved" } })).alias.root_path).toBe("/moved");
});
