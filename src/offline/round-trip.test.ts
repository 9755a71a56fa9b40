import { expect, test } from "bun:test";
import fc from "fast-check";
import { freshApp } from "../../test/apps.ts";
import { exported, putInto, recordsOf, restored } from "../../test/exports.ts";
import { history, live } from "../../test/histories.ts";
import { freshPostgres } from "../../test/stores.ts";
import { kinds } from "../store/kinds.ts";
import { sql } from "../store/sql.ts";

const RUNS = 30;
const PATIENCE_MS = 120_000;

/** The contents of both indexes, which no export has. */
const words = sql`SELECT project_id, token, tokens, issue_id, mask FROM issue_title_tokens ORDER BY token, issue_id`;

test(
  "`importRecords()` of what `exportRecords()` wrote gives a database that is exported the same, to the byte, and is searched the same",
  () =>
    fc.assert(
      fc.asyncProperty(history, async (steps) => {
        await using app = await freshApp({ close_throttle: false });
        await live(app, steps);
        const first = await exported(app.db);
        await restored(first, async (db, { unknown, left_out, notes }) => {
          expect(await exported(db)).toBe(first);
          expect({ unknown, left_out, notes }).toEqual({ unknown: {}, left_out: {}, notes: [] });
          expect(await db.all(words)).toEqual(await app.db.all(words));
          const found = sql`SELECT rowid FROM issues_fts WHERE issues_fts MATCH 'there' ORDER BY rowid`;
          expect(await db.all(found)).toEqual(await app.db.all(found));
          expect(await db.all(sql`SELECT id, idempotency_key FROM events WHERE idempotency_key IS NOT NULL`)).toEqual(
            await app.db.all(sql`SELECT id, idempotency_key FROM events WHERE idempotency_key IS NOT NULL`),
          );
        });
      }),
      { numRuns: RUNS },
    ),
  PATIENCE_MS,
);

test(
  "`exportRecords()` of a compatible file is the whole one without the records that the original does not know",
  () =>
    fc.assert(
      fc.asyncProperty(history, fc.boolean(), async (steps, include_deleted) => {
        await using app = await freshApp({ close_throttle: false });
        await live(app, steps);
        const theirs = new Set(kinds.filter(({ ours }) => !ours).map(({ name }) => name));
        const whole = (await exported(app.db, { include_deleted })).split("\n");
        const known = whole.filter((line) => line === "" || theirs.has((JSON.parse(line) as { kind: string }).kind));
        expect(await exported(app.db, { include_deleted, compatible: true })).toBe(known.join("\n"));
      }),
      { numRuns: RUNS },
    ),
  PATIENCE_MS,
);

test(
  "`exportRecords()` of a part, one project or without deleted issues, is whole in itself: it can be imported",
  () =>
    fc.assert(
      fc.asyncProperty(history, fc.boolean(), async (steps, include_deleted) => {
        await using app = await freshApp({ close_throttle: false });
        await live(app, steps);
        const projects = await app.db.all<{ id: number }>(sql`SELECT id FROM projects WHERE id > 0`);
        for (const project_id of [undefined, ...projects.map(({ id }) => id)]) {
          const part = await exported(app.db, { include_deleted, project_id });
          await restored(part, async (db) => {
            // The counters are the whole database's, and the hidden project is the new one's own.
            const without = (text: string) => recordsOf(text).filter(({ kind }) => !["system_project", "contents"].includes(kind));
            expect(without(await exported(db))).toEqual(without(part));
          });
        }
      }),
      { numRuns: 10 },
    ),
  PATIENCE_MS,
);

/** Records without row ids, which a merge gives anew, and without what it may leave out or call otherwise. */
function essence(text: string): unknown[] {
  const skipped = new Set(["meta", "contents", "project_alias", "sqlite_sequence", "sequence", "import_mapping"]);
  return recordsOf(text).flatMap(({ kind, data }) => {
    if (skipped.has(kind)) return [];
    const kept = Object.entries(data).filter(([name]) => !/(^|_)id$/.test(name) || name === "short_id");
    const payload = data["payload"] as Record<string, unknown> | undefined;
    const row = { ...Object.fromEntries(kept), ...(payload && { payload: { ...payload, comment_id: 0, link_id: 0 } }) };
    return [{ kind, data: { ...row, project_name: "", ...(kind === "project" && { name: "" }) } }];
  });
}

test(
  "`importRecords()` with `merge` brings a project with its history to those that are there, which stay as they are, and only once",
  () =>
    fc.assert(
      fc.asyncProperty(history, history, async (steps, others) => {
        await using from = await freshApp({ close_throttle: false });
        await using into = await freshApp({ close_throttle: false });
        await live(from, steps);
        await live(into, others);
        const before = await exported(into.db);
        const [project] = await from.db.all<{ id: number }>(sql`SELECT id FROM projects WHERE id > 0 ORDER BY id`);
        const part = await exported(from.db, { project_id: project?.id });
        await putInto(into.db, part, { merge: true });
        const [merged] = await into.db.all<{ id: number }>(sql`SELECT max(id) AS id FROM projects`);
        const come = essence(await exported(into.db, { project_id: merged?.id })).filter((record) => !isReset(record));
        expect(come).toEqual(essence(part).filter((record) => !isReset(record)));

        const uids = new Set(recordsOf(part).map(({ data }) => data["uid"]));
        const known = new Set(recordsOf(before).map(({ kind, data }) => `${kind} ${JSON.stringify(data)}`));
        const after = recordsOf(await exported(into.db)).map(({ kind, data }) => `${kind} ${JSON.stringify(data)}`);
        const lost = [...known.difference(new Set(after))].filter((record) => !/^(contents|\w*sequence) /.test(record));
        expect(lost).toEqual([]);
        expect(uids.size).toBeGreaterThan(1);
        await expect(putInto(into.db, part, { merge: true })).rejects.toMatchObject({ code: "conflict" });
      }),
      { numRuns: 20 },
    ),
  PATIENCE_MS,
);

/** Cursors of this database never saw what another one purged. */
const isReset = (record: unknown): boolean => (record as { kind: string }).kind === "purge_log";

const url = Bun.env["KATA_TEST_POSTGRES"];
if (url) {
  test(
    "`exportRecords()` writes the same from PostgreSQL as from SQLite",
    () =>
      fc.assert(
        fc.asyncProperty(history, async (steps) => {
          await using app = await freshApp({ close_throttle: false });
          await live(app, steps);
          const first = await exported(app.db);
          const { db, remove } = await freshPostgres(url);
          try {
            await putInto(db, first);
            expect(await exported(db)).toBe(first);
          } finally {
            await db.close();
            await remove();
          }
        }),
        { numRuns: 5 },
      ),
    PATIENCE_MS,
  );
} else if (Bun.env["CI"] === "true") test("KATA_TEST_POSTGRES names a server in CI", () => expect(url).toBeString());
