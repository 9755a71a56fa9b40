import { expect } from "bun:test";
import { isUlid } from "../../src/core/ulid.ts";
import { instanceUid, openStore } from "../../src/store/open.ts";
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
  },
  instanceUid: {
    "is a ULID": async ({ db }) => expect(isUlid(await instanceUid(db))).toBe(true),
  },
};
