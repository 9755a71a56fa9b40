import { expect, test } from "bun:test";
import { freshApp, type TestApp } from "../../test/apps.ts";
import { sql } from "../store/sql.ts";
import { change } from "./app.ts";
import { createIssue } from "./create.ts";
import { follow, type News } from "./follow.ts";
import { initProject } from "./projects.ts";

const projectIn = async (app: TestApp, name = "demo") => (await initProject(app, { name })).project;
const create = (app: TestApp, project_id: number, title = "x") =>
  createIssue(app, { project_id, actor: "ann", title, labels: [], links: [] });

/** What a follower is told until it has seen `count` events, or is told to start again. */
async function told(app: TestApp, from: number, count: number, filter = {}): Promise<News[]> {
  const stop = new AbortController();
  const news: News[] = [];
  let seen = 0;
  for await (const each of follow(app, from, filter, stop.signal)) {
    news.push(each);
    if ("events" in each) seen += each.events.length;
    if (seen >= count) stop.abort();
  }
  return news;
}

const ids = (news: readonly News[]) => news.flatMap((each) => ("events" in each ? each.events.map(({ id }) => id) : []));

test("`follow()` yields every event once and in order while others write", async () => {
  await using app = await freshApp();
  const { id } = await projectIn(app);
  const followers = [told(app, 0, 300), told(app, 0, 300), told(app, 0, 300, { project_id: id })];
  await Promise.all(
    Array.from({ length: 300 }, async (_, i) => {
      await Bun.sleep(i % 7);
      await create(app, id, `issue ${i}`);
    }),
  );
  for (const news of await Promise.all(followers)) expect(ids(news)).toEqual(Array.from({ length: 300 }, (_, i) => i + 1));
});

test("`follow()` leaves other projects' events out", async () => {
  await using app = await freshApp();
  const [a, b] = [await projectIn(app, "a"), await projectIn(app, "b")];
  for (const project of [a, b, a, b]) await create(app, project.id);
  expect(ids(await told(app, 0, 2, { project_id: b.id }))).toEqual([2, 4]);
  expect(ids(await told(app, 2, 1, { project_id: b.id }))).toEqual([4]);
});

test("`follow()` tells whoever is more than 10,000 events behind to start again", async () => {
  await using app = await freshApp();
  const { id } = await projectIn(app);
  await create(app, id);
  await app.db.transact((tx) =>
    tx.run(sql`
      INSERT INTO events (uid, origin_instance_uid, project_id, project_name, type, actor, created_at)
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
      SELECT 'filler ' || i, 'x', ${id}, 'demo', 'issue.updated', 'ann', 'now' FROM n`),
  );
  expect(await told(app, 0, 1)).toEqual([{ reset_after_id: 10_001 }]);
  expect(ids(await told(app, 1, 10_000))).toHaveLength(10_000);
});

test("`follow()` tells of a purge to a follower that waits, and to one that comes too late", async () => {
  await using app = await freshApp();
  const { id } = await projectIn(app);
  await create(app, id);
  const waiting = told(app, 1, 1);
  await Bun.sleep(5);
  await change(app, async ({ tx, wake }) => {
    await tx.run(sql`
      INSERT INTO purge_log (uid, origin_instance_uid, project_id, purged_issue_id, project_name, issue_title, issue_author,
        comment_count, link_count, label_count, event_count, purge_reset_after_event_id, actor, purged_at)
      VALUES ('p', 'x', ${id}, 9, 'demo', 't', 'ann', 0, 0, 0, 1, 7, 'ann', 'now')`);
    wake();
  });
  expect(await waiting).toEqual([{ reset_after_id: 7 }]);
  expect(await told(app, 0, 1)).toEqual([{ reset_after_id: 7 }]);
  expect(await told(app, 6, 1, { project_id: id })).toEqual([{ reset_after_id: 7 }]);
});

test("`follow()` ends at once when its signal says so", async () => {
  await using app = await freshApp();
  const stop = new AbortController();
  const waiting = follow(app, 0, {}, stop.signal).next();
  setTimeout(() => stop.abort(), 5);
  expect((await waiting).done).toBe(true);
});

test("`follow()` beats for whoever hears nothing, however often others are woken", async () => {
  await using app = await freshApp();
  const stop = new AbortController();
  const others = setInterval(() => app.hub.wake(), 50);
  try {
    const { value } = await follow(app, 0, {}, stop.signal).next();
    expect(value).toEqual({ heartbeat: true });
  } finally {
    clearInterval(others);
    stop.abort();
  }
}, 30_000);
