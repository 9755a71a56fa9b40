import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { freshApp, type TestApp } from "../../test/apps.ts";
import { eventsIn } from "../../test/events.ts";
import { KataError } from "../core/error.ts";
import { updateIssue } from "../store/issues.ts";
import { type CreateInput, createIssue } from "./create.ts";
import { initProject } from "./projects.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;
const BODY = "The form crashes Safari when the password is empty";

let app: TestApp;
let project_id: number;
const create = (title: string, said: Partial<CreateInput> = {}) =>
  createIssue(app, { project_id, actor: "ann", title, labels: [], links: [], ...said });
const refusal = async (attempt: Promise<unknown>): Promise<KataError> => {
  const error = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof KataError) return error;
  throw new Error("It was not refused.", { cause: error });
};

beforeEach(async () => {
  app = await freshApp();
  project_id = (await initProject(app, { name: "demo" })).project.id;
});
afterEach(() => app[Symbol.asyncDispose]());

describe("`createIssue()` under an idempotency key", () => {
  test("answers the first issue again as it is now, writes nothing, and does not compare the actor", async () => {
    const first = await create("Once", { idempotency_key: "k", labels: ["b", "a"] });
    await app.db.transact((tx) => updateIssue(tx, first.issue.id, { title: "Renamed" }, first.issue.updated_at));
    const again = await create(" Once\n", { idempotency_key: "k", labels: ["a", "b"], actor: "bob", force_new: true });
    expect(again).toMatchObject({ issue: { uid: first.issue.uid, title: "Renamed" }, event: null, changed: false, reused: true });
    expect(again.original_event?.uid).toBe(first.event?.uid ?? "");
    expect(again.original_event).not.toHaveProperty("issue_short_id");
    expect(await eventsIn(app.db)).toHaveLength(1);
  });

  test("makes one issue of requests that come at once", async () => {
    const made = await Promise.all(Array.from({ length: 5 }, () => create("Once", { idempotency_key: "k" })));
    expect(new Set(made.map(({ issue }) => issue.uid)).size).toBe(1);
    expect(made.filter(({ changed }) => changed)).toHaveLength(1);
  });

  test("refuses another request, and names the issue", async () => {
    const { issue } = await create("Once", { idempotency_key: "k" });
    const data = { uid: issue.uid, short_id: issue.short_id, qualified_id: `demo#${issue.short_id}` };
    for (const said of [
      { body: "x" },
      { owner: "eve" },
      { priority: 0 },
      { labels: ["a"] },
      { links: [{ type: "related" as const, to_ref: issue.uid }] },
    ]) {
      expect(await refusal(create("Once", { idempotency_key: "k", ...said }))).toMatchObject({ code: "idempotency_mismatch", data });
    }
    await app.db.transact((tx) => updateIssue(tx, issue.id, { deleted_at: issue.updated_at }, issue.updated_at));
    const deleted = await refusal(create("Once", { idempotency_key: "k" }));
    expect(deleted).toMatchObject({ code: "idempotency_deleted", data });
    expect(deleted.hint).toContain(`kata restore ${issue.short_id}`);
  });

  test("forgets a key after seven days, keeps projects apart, and takes an empty key for none", async () => {
    const { issue } = await create("Once", { idempotency_key: "k" });
    const other = (await initProject(app, { name: "other" })).project.id;
    expect((await create("Once", { idempotency_key: "k", project_id: other })).changed).toBe(true);
    app.pass(7 * DAY_MS);
    expect((await create("Once", { idempotency_key: "k" })).issue.uid).toBe(issue.uid);
    app.pass(1);
    expect((await create("Once", { idempotency_key: "k" })).changed).toBe(true);
    expect((await create("Once", { idempotency_key: "" })).changed).toBe(true);
    expect((await create("Once", { idempotency_key: "" })).changed).toBe(true);
  });
});

describe("`createIssue()` of a look-alike", () => {
  test("is refused, closed ones too, with what it looks like, the most alike first", async () => {
    const near = (await create("Login crashes in Safari on reload", { body: BODY })).issue;
    const same = (await create("Login crashes in Safari on submit", { body: BODY, force_new: true })).issue;
    const closed = { status: "closed", closed_at: same.updated_at } as const;
    await app.db.transact((tx) => updateIssue(tx, same.id, closed, same.updated_at));
    const error = await refusal(create("Login crashed in Safari on submit", { body: BODY }));
    expect(error).toMatchObject({ code: "duplicate_candidates", hint: expect.stringContaining("force_new=true") });
    expect(error.message).toBe(`This looks like demo#${same.short_id} "Login crashes in Safari on submit" [closed] (and like 1 more).`);
    const candidate = ({ uid, short_id, title }: typeof same, score: number) => ({
      uid,
      short_id,
      qualified_id: `demo#${short_id}`,
      title,
      score,
    });
    expect(error.data).toEqual({ candidates: [candidate(same, 1), candidate(near, expect.closeTo(0.6 * 0.6 + 0.4) as unknown as number)] });
  });

  test("is made where it is wanted, where either has no body, where the other is deleted, and in another project", async () => {
    const title = "Login crashes in Safari";
    const { issue } = await create(title, { body: BODY });
    expect((await create(title, { body: BODY, force_new: true })).changed).toBe(true);
    expect((await create(title)).changed).toBe(true);
    const other = (await initProject(app, { name: "other" })).project.id;
    expect((await create(title, { body: BODY, project_id: other })).changed).toBe(true);
    const lonely = await create("Paint the fence", { body: "It is brown" });
    await app.db.transact((tx) => updateIssue(tx, lonely.issue.id, { deleted_at: issue.updated_at }, issue.updated_at));
    expect((await create("Paint the fence", { body: "It is brown" })).changed).toBe(true);
  });
});

test("`createIssue()` looks for link targets, then at the key, then for look-alikes", async () => {
  await create("Login crashes in Safari", { body: BODY, idempotency_key: "k" });
  const links = [{ type: "blocks" as const, to_ref: "zzzz" }];
  const both = { body: BODY, idempotency_key: "k" };
  expect(await refusal(create("Login crashes in Safari", { ...both, links }))).toMatchObject({ code: "issue_not_found" });
  expect(await refusal(create("Login crashes on Safari", { ...both, owner: "eve" }))).toMatchObject({ code: "idempotency_mismatch" });
  expect(await refusal(create("Login crashes in Safari", { body: BODY }))).toMatchObject({ code: "duplicate_candidates" });
});

test("`createIssue()` tells labels sorted and once, links once in their order, and no empty owner", async () => {
  const [a, b] = [(await create("One")).issue, (await create("Two")).issue];
  const to = (type: "parent" | "blocks" | "related", to_ref: string, incoming?: boolean) => ({ type, to_ref, incoming });
  const links = [
    to("related", b.uid),
    to("parent", a.short_id),
    to("related", `demo#${b.short_id}`, true),
    to("blocks", b.uid, true),
    to("blocks", b.uid),
  ];
  await create("Three", { labels: ["z", "a", "z"], links, owner: "" });
  const told = (type: string, { short_id, uid }: typeof a) => ({ type, to_short_id: short_id, to_issue_uid: uid });
  expect((await eventsIn(app.db)).at(-1)).toMatchObject({ type: "issue.created", related_issue_uid: null });
  expect((await eventsIn(app.db)).at(-1)?.payload).toEqual({
    labels: ["a", "z"],
    links: [told("related", b), told("parent", a), { ...told("blocks", b), incoming: true }, told("blocks", b)],
  });
  expect(await refusal(create("Four", { links: [to("parent", a.uid), to("parent", b.uid)] }))).toMatchObject({
    code: "parent_already_set",
  });
  expect(await refusal(create("Four", { links: [to("parent", a.uid, true)] }))).toMatchObject({ code: "validation" });
});
