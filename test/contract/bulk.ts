import { expect } from "bun:test";
import { startBulk } from "../../src/store/bulk.ts";
import type { Contract } from "./contract.ts";

export const bulkContract: Contract<typeof import("../../src/store/bulk.ts")> = {
  startBulk: {
    "takes away the indexes that guard nothing, and makes the same ones again": async ({ db }) => {
      const before = await db.all<{ name: string }>(db.dialect.plainIndexes);
      expect(before.map(({ name }) => name)).toContain("events_project");
      expect(before.map(({ name }) => name)).not.toContain("links_one_parent_key");
      await db.transact(async (tx) => {
        const finish = await startBulk(tx);
        expect(await tx.all(tx.dialect.plainIndexes)).toEqual([]);
        await finish();
      });
      expect(await db.all(db.dialect.plainIndexes)).toEqual(before);
    },
  },
};
