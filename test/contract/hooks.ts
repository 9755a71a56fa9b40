import { expect } from "bun:test";
import { ConstraintError } from "../../src/store/db.ts";
import { deleteHookCursor, hookCursors, insertHookCursor, setHookCursor } from "../../src/store/hooks.ts";
import type { Contract, On } from "./contract.ts";

async function known({ db }: On, ...hooks: string[]): Promise<void> {
  await db.transact(async (tx) => {
    for (const hook of hooks) await insertHookCursor(tx, { hook, event_id: 5 });
  });
}

export const hooksContract: Contract<typeof import("../../src/store/hooks.ts")> = {
  hookCursors: {
    "gives each hook that is known, by its key": async (on) => {
      expect(await hookCursors(on.db)).toEqual([]);
      await known(on, "b", "a");
      expect(await hookCursors(on.db)).toEqual([
        { hook: "a", event_id: 5 },
        { hook: "b", event_id: 5 },
      ]);
    },
  },
  insertHookCursor: {
    "takes a hook once, and no place before the first event": async (on) => {
      await known(on, "a");
      expect(on.db.transact((tx) => insertHookCursor(tx, { hook: "a", event_id: 9 }))).rejects.toBeInstanceOf(ConstraintError);
      expect(on.db.transact((tx) => insertHookCursor(tx, { hook: "b", event_id: -1 }))).rejects.toBeInstanceOf(ConstraintError);
      await on.db.transact(async () => {});
      expect(await hookCursors(on.db)).toEqual([{ hook: "a", event_id: 5 }]);
    },
  },
  setHookCursor: {
    "moves one hook on, never back, and none that is not known": async (on) => {
      await known(on, "a", "b");
      for (const event_id of [8, 7]) await on.db.transact((tx) => setHookCursor(tx, { hook: "a", event_id }));
      await on.db.transact((tx) => setHookCursor(tx, { hook: "c", event_id: 9 }));
      expect(await hookCursors(on.db)).toEqual([
        { hook: "a", event_id: 8 },
        { hook: "b", event_id: 5 },
      ]);
    },
  },
  deleteHookCursor: {
    "forgets one hook": async (on) => {
      await known(on, "a", "b");
      await on.db.transact((tx) => deleteHookCursor(tx, "a"));
      expect(await hookCursors(on.db)).toEqual([{ hook: "b", event_id: 5 }]);
    },
  },
};
