import { expect } from "bun:test";
import { isUlid } from "../../src/core/ulid.ts";
import { instanceUid, openStore, readStore, SCHEMA_VERSION } from "../../src/store/open.ts";
import { migrations } from "../../src/store/migrations.ts";
import { sql } from "../../src/store/sql.ts";
import type { Contract } from "./contract.ts";

export const openContract: Contract<typeof import("../../src/store/open.ts")> = {
  openStore: {
    "makes a database with the hidden project alone, and no event": async ({ db }) => {
      expect(await db.all(sql`SELECT id, name FROM projects`)).toEqual([{ id: 0, name: "#system" }]);
      expect(await db.all(sql`SELECT id FROM events`)).toEqual([]);
    },
    "opens a database again as it was": async ({ db, dsn, given }) => {
      const project = await given.project();
      const uid = await instanceUid(db);
      const again = await openStore(dsn, { ulid: given.ulid, now: given.now });
      try {
        expect(await instanceUid(again)).toBe(uid);
        expect(await again.all(sql`SELECT name FROM projects WHERE id > 0`)).toEqual([{ name: project.name }]);
      } finally {
        await again.close();
      }
    },
    "brings a database with rows to a newer schema, unless something would be lost": async ({ db, dsn, given }) => {
      const { name } = await given.project();
      const told: string[] = [];
      const upgrade = (statements: string) => {
        const further = { name: "9999-further", sqlite: statements, postgres: statements };
        return openStore(dsn, {
          ulid: given.ulid,
          now: given.now,
          notice: (line) => told.push(line),
          migrations: [...migrations, further],
        });
      };
      await expect(upgrade("DELETE FROM projects WHERE id > 0;\n")).rejects.toThrow("projects had 2 rows and would have 1");
      const names = sql`SELECT name FROM projects WHERE id > 0`;
      expect(await db.all(names)).toEqual([{ name }]);
      told.length = 0;
      const newer = await upgrade("ALTER TABLE projects ADD COLUMN colour TEXT;\n");
      try {
        expect(await newer.all(sql`SELECT name, colour FROM projects WHERE id > 0`)).toEqual([{ name, colour: null }]);
        const version = String(SCHEMA_VERSION + 1);
        expect(await newer.all(sql`SELECT value FROM meta WHERE key = 'schema_version'`)).toEqual([{ value: version }]);
        expect(told.at(-1)).toContain("upgraded");
      } finally {
        await newer.close();
      }
    },
  },
  readStore: {
    "reads on one snapshot beside who writes": async ({ db, dsn, given }) => {
      await given.project("a");
      const names = sql`SELECT name FROM projects WHERE id > 0`;
      await readStore(dsn, { ulid: given.ulid, now: given.now }, async (snapshot) => {
        expect(await snapshot.all(names)).toHaveLength(1);
        await given.project("b");
        expect(await snapshot.all(names)).toHaveLength(1);
        await expect(snapshot.run(sql`DELETE FROM projects`)).rejects.toThrow();
      }).catch((error: unknown) => {
        // PostgreSQL ends a snapshot in which something failed.
        if (db.dialect.name === "sqlite") throw error;
      });
      expect(await db.all(names)).toHaveLength(2);
    },
  },
  instanceUid: {
    "is a ULID": async ({ db }) => expect(isUlid(await instanceUid(db))).toBe(true),
  },
};
