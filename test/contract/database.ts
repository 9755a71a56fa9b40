import { expect } from "bun:test";
import { ConstraintError, one } from "../../src/store/db.ts";
import { openStore } from "../../src/store/open.ts";
import { insertProject } from "../../src/store/projects.ts";
import { every, raw, sql } from "../../src/store/sql.ts";
import type { Contract } from "./contract.ts";

const names = sql`SELECT name FROM projects WHERE id > 0 ORDER BY id`;

export const dbContract: Contract<typeof import("../../src/store/db.ts")> = {
  one: {
    "gives the first row, or undefined": async ({ db, given }) => {
      expect(await one(db, names)).toBeUndefined();
      await given.project("a");
      await given.project("b");
      expect(await one<{ name: string }>(db, names)).toEqual({ name: "a" });
    },
  },
};

export const sqlContract: Contract<typeof import("../../src/store/sql.ts")> = {
  sql: {
    "passes every kind of value unharmed": async ({ db }) => {
      const text = `'"\\; -- $1 ? :a ü 🙂\n\t`;
      const rows = await db.all(sql`SELECT CAST(${text} AS TEXT) AS a, CAST(${2 ** 40} AS BIGINT) AS n, CAST(${null} AS TEXT) AS z`);
      expect(rows).toEqual([{ a: text, n: 2 ** 40, z: null }]);
    },
    "takes pieces with their arguments in place": async ({ db, given }) => {
      for (const name of ["a", "b", "c"]) await given.project(name);
      const piece = sql`name > ${"a"} AND name < ${"c"}`;
      expect(await db.all(sql`SELECT name FROM projects WHERE id > ${0} AND ${piece} AND name <> ${"x"}`)).toEqual([{ name: "b" }]);
    },
  },
  every: {
    "holds for all rows when it is empty": async ({ db, given }) => {
      await given.project("a");
      expect(await db.all(sql`SELECT name FROM projects WHERE id > 0 AND ${every([])}`)).toEqual([{ name: "a" }]);
      expect(await db.all(sql`SELECT name FROM projects WHERE ${every([sql`id > ${0}`, sql`name = ${"b"}`])}`)).toEqual([]);
    },
  },
  raw: {
    "is text as it stands": async ({ db }) => expect(await db.all(sql`SELECT ${raw("1 + 1")} AS n`)).toEqual([{ n: 2 }]),
  },
};

/** What the two drivers promise alike (`Database`); there is no module to key it by. */
export const driverContract: Contract<{
  transact(): void;
  run(): void;
  insert(): void;
  read(): void;
  aside(): void;
  among(): void;
  reserveEventId(): void;
  close(): void;
}> = {
  transact: {
    "undoes all of a change that fails, and none of its neighbours": async ({ db, given }) => {
      const add = (name: string, fails = false) =>
        db.transact(async (tx) => {
          await insertProject(tx, { uid: given.ulid(), name, created_at: given.now() });
          if (fails) throw new Error(`no ${name}`);
        });
      const outcomes = await Promise.allSettled([add("a"), add("b", true), add("c"), add("d", true), add("e")]);
      expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "rejected", "fulfilled"]);
      expect(await db.all(names)).toEqual([{ name: "a" }, { name: "c" }, { name: "e" }]);
    },
    "runs a change a second time only where a neighbour had written and failed": async ({ db, given }) => {
      const runs = { a: 0, b: 0 };
      const add = (name: keyof typeof runs) =>
        db.transact(async (tx) => {
          runs[name]++;
          await insertProject(tx, { uid: given.ulid(), name, created_at: given.now() });
        });
      const refuse = () => db.transact(async (tx) => Promise.reject(new Error(`no more than ${(await tx.all(names)).length}`)));
      const early = await Promise.allSettled([given.project(), add("a"), refuse()]);
      expect(early.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
      expect(runs).toEqual({ a: 1, b: 0 });
      const broken = () => db.transact((tx) => tx.run(sql`INSERT INTO projects (uid, name, created_at) VALUES ('u', 'a', 'x')`));
      const late = await Promise.allSettled([given.project(), add("b"), broken()]);
      expect(late.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
      expect(runs).toEqual({ a: 1, b: 2 });
      expect((await db.all(names)).length).toBe(4);
    },
    "goes on after a broken constraint, and names it": async ({ db, given }) => {
      await given.project("a");
      const broken = db.transact((tx) => tx.run(sql`INSERT INTO projects (uid, name, created_at) VALUES ('u', 'a', 'x')`));
      expect(broken).rejects.toBeInstanceOf(ConstraintError);
      expect(broken).rejects.toMatchObject({ constraint: "projects_name_key" });
      await broken.catch(() => {});
      expect(await given.project("b")).toMatchObject({ name: "b" });
    },
    "shows nobody what is not committed": async ({ db, given }) => {
      const seen = await db.transact(async (tx) => {
        await insertProject(tx, { uid: given.ulid(), name: "a", created_at: given.now() });
        expect(await tx.all(names)).toHaveLength(1);
        return db.all(names);
      });
      expect(seen).toEqual([]);
      expect(await db.all(names)).toHaveLength(1);
    },
    "runs one change at a time": async ({ db }) => {
      let inside = 0;
      let most = 0;
      await Promise.all(
        Array.from({ length: 8 }, () =>
          db.transact(async (tx) => {
            most = Math.max(most, ++inside);
            await tx.all(names);
            await Bun.sleep(1);
            inside--;
          }),
        ),
      );
      expect(most).toBe(1);
    },
  },
  run: {
    "gives how many rows it changed": async ({ db, given }) => {
      for (const name of ["a", "b"]) await given.project(name);
      const rename = (from: string) => db.transact((tx) => tx.run(sql`UPDATE projects SET name = name || 'x' WHERE name >= ${from}`));
      expect([await rename("a"), await rename("b"), await rename("c")]).toEqual([2, 1, 0]);
    },
  },
  insert: {
    "gives the row's id, and nothing where a conflict was passed over": async ({ db, given }) => {
      const add = (name: string) =>
        db.transact((tx) =>
          tx.insert(sql`
            INSERT INTO projects (uid, name, created_at) VALUES (${given.ulid()}, ${name}, ${given.now()}) ON CONFLICT (name) DO NOTHING`),
        );
      const [a, b, again] = [await add("a"), await add("b"), await add("a")];
      expect(await db.all(sql`SELECT id FROM projects WHERE id > 0 ORDER BY id`)).toEqual([{ id: a }, { id: b }]);
      expect(again).toBeUndefined();
    },
  },
  read: {
    "stays on one snapshot while others write": async ({ db, given }) => {
      await given.project("a");
      await db.read(async (snapshot) => {
        expect(await snapshot.all(names)).toHaveLength(1);
        await given.project("b");
        expect(await snapshot.all(names)).toHaveLength(1);
      });
      expect(await db.read((snapshot) => snapshot.all(names))).toHaveLength(2);
    },
    "serves many at once, and goes on after one that throws": async ({ db, given }) => {
      await given.project("a");
      expect(db.read(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
      const found = await Promise.all(Array.from({ length: 20 }, () => db.read((snapshot) => snapshot.all(names))));
      expect(found.flat()).toHaveLength(20);
    },
  },
  aside: {
    "answers as the database itself does, many at once": async ({ db, given }) => {
      await given.project("a");
      const asked = Array.from({ length: 5 }, (_, i) =>
        db.aside<{ n: number }>(sql`SELECT CAST(${i} AS BIGINT) AS n FROM projects WHERE id > 0`),
      );
      expect((await Promise.all(asked)).flat()).toEqual([0, 1, 2, 3, 4].map((n) => ({ n })));
    },
    "says what is wrong, and goes on": async ({ db }) => {
      expect(db.aside(sql`SELECT n FROM nowhere`)).rejects.toThrow("nowhere");
      expect(await db.aside(sql`SELECT 1 AS n`)).toEqual([{ n: 1 }]);
    },
  },
  among: {
    "holds for each of the values, texts or numbers, and for none of an empty list": async ({ db, given }) => {
      const [a, b] = [await given.project("a"), await given.project('it\'s, "b"')];
      await given.project("c");
      const found = async (column: string, values: readonly string[] | readonly number[]) =>
        db.all<{ name: string }>(sql`SELECT name FROM projects WHERE ${db.dialect.among(column, values)} ORDER BY id`);
      expect(await found("id", [b.id, 99, a.id])).toEqual([{ name: a.name }, { name: b.name }]);
      expect(await found("name", [b.name, "x"])).toEqual([{ name: b.name }]);
      expect(await found("id", [])).toEqual([]);
      expect(await found("name", [])).toEqual([]);
      expect(
        await found(
          "id",
          Array.from({ length: 5_000 }, (_, i) => i + 1),
        ),
      ).toHaveLength(3);
    },
  },
  close: {
    "waits for the changes that were asked for before": async ({ db, dsn, given }) => {
      const other = await openStore(dsn, { ulid: given.ulid, now: given.now });
      const row = (name: string) => ({ uid: given.ulid(), name, created_at: given.now() });
      const changes = ["a", "b"].map((name) =>
        other.transact(async (tx) => {
          await Bun.sleep(20);
          return insertProject(tx, row(name));
        }),
      );
      await other.close();
      expect((await Promise.all(changes)).map(({ name }) => name)).toEqual(["a", "b"]);
      expect(await db.all(names)).toEqual([{ name: "a" }, { name: "b" }]);
    },
  },
  reserveEventId: {
    "takes an id that no event ever has": async ({ db, given }) => {
      const project = await given.project();
      const before = await given.event(project, "issue.updated", {});
      const reserved = await db.transact((tx) => one<{ id: number }>(tx, tx.dialect.reserveEventId()));
      const after = await given.event(project, "issue.updated", {});
      expect([reserved?.id, after.id]).toEqual([before.id + 1, before.id + 2]);
    },
  },
};
