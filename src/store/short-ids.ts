import { LONGEST_ID, SHORTEST_ID, shortIdOf } from "../core/short-id.ts";
import { type Db, one } from "./db.ts";
import { sql } from "./sql.ts";

/** The shortest end of `uid`, from `least` characters on, that no issue of the project has or had. */
export async function freeShortId(tx: Db, projectId: number, uid: string, least = SHORTEST_ID): Promise<string> {
  for (let length = least; length < LONGEST_ID; length++) {
    const short_id = shortIdOf(uid, length);
    if (!(await isTaken(tx, projectId, short_id))) return short_id;
  }
  return shortIdOf(uid, LONGEST_ID);
}

async function isTaken(tx: Db, projectId: number, shortId: string): Promise<boolean> {
  const taken = await one(
    tx,
    sql`
    SELECT 1 AS taken FROM issues WHERE project_id = ${projectId} AND short_id = ${shortId}
    UNION ALL
    SELECT 1 AS taken FROM purge_log WHERE project_id = ${projectId} AND short_id = ${shortId}`,
  );
  return taken !== undefined;
}
