import type { Db } from "./db.ts";
import { sql } from "./sql.ts";

/** How far in the log a hook has come: the last event that it was run for, or that was not for it. */
export type HookCursor = { hook: string; event_id: number };

/** The cursor of every hook that is known, by its key. */
export async function hookCursors(db: Db): Promise<HookCursor[]> {
  return db.all<HookCursor>(sql`SELECT hook, event_id FROM hook_cursors ORDER BY hook`);
}

/** Gives a new hook its first cursor. */
export async function insertHookCursor(tx: Db, { hook, event_id }: HookCursor): Promise<void> {
  await tx.run(sql`INSERT INTO hook_cursors (hook, event_id) VALUES (${hook}, ${event_id})`);
}

/** Moves a hook's cursor on; one that is not known stays unknown, and none ever goes back. */
export async function setHookCursor(tx: Db, { hook, event_id }: HookCursor): Promise<void> {
  await tx.run(sql`UPDATE hook_cursors SET event_id = ${event_id} WHERE hook = ${hook} AND event_id < ${event_id}`);
}

/** Forgets a hook. */
export async function deleteHookCursor(tx: Db, hook: string): Promise<void> {
  await tx.run(sql`DELETE FROM hook_cursors WHERE hook = ${hook}`);
}
