import type { Db } from "../../src/store/db.ts";
import { openStore } from "../../src/store/open.ts";
import { raw, sql } from "../../src/store/sql.ts";
import { mulberry32 } from "../random.ts";
import { ids } from "../stores.ts";
import { Disk, inFolder, losses, readTrace } from "./disk.ts";

/** Something that was answered as done, and where the record of the disk had come to when the answer was there. */
export type Acknowledged = { uid: string; position: number };

type Replay = {
  trace: string;
  acknowledged: readonly Acknowledged[];
  /** Where the uids are that were acknowledged. */
  table: "issues" | "projects";
  /** How many points, or which. */
  cuts: number | readonly number[];
  seed: number;
};

/** What was found at the cuts: how many acknowledged writes had to be there in all, and each fault in words. */
type Found = { expected: number; faults: string[] };

/** Cuts the power at so many points of what was recorded, opens what is left each time, and looks for what is missing or broken. */
export async function replay({ trace, acknowledged, table, cuts, seed }: Replay): Promise<Found> {
  const operations = readTrace(trace);
  const random = mulberry32(seed);
  const turns = operations.map(({ op }) => op !== "write");
  const at = typeof cuts === "number" ? points(turns, cuts, random) : cuts;
  const found: Found = { expected: 0, faults: [] };
  const disk = new Disk();
  let done = 0;
  for (const [i, cut] of at.entries()) {
    for (; done < cut; done++) disk.do(operations[done] as (typeof operations)[number]);
    const position = operations[cut - 1]?.end ?? 0;
    const loss = losses[i % losses.length] ?? "dropped";
    const expected = acknowledged.filter((each) => each.position <= position).map(({ uid }) => uid);
    found.expected += expected.length;
    const fault = await inFolder(disk.afterLoss(loss, random), (path) => faultOf(path, table, expected));
    if (fault !== undefined) found.faults.push(`seed ${seed}, cut after ${cut} of ${operations.length} operations, ${loss}: ${fault}`);
  }
  return found;
}

/** Half of the points lie anywhere, and half beside what is no plain write: there the outcome turns. In rising order. */
function points(turns: readonly boolean[], count: number, random: () => number): number[] {
  const turning = turns.flatMap((is, i) => (is ? [i] : []));
  const any = (below: number) => Math.floor(random() * below);
  return Array.from({ length: count }, (_, i) =>
    i % 2 === 0 ? any(turns.length + 1) : Math.min(turns.length, (turning[any(turning.length)] ?? 0) + any(3)),
  ).sort((a, b) => a - b);
}

async function faultOf(path: string, table: string, expected: readonly string[]): Promise<string | undefined> {
  try {
    const db = await openStore(path, ids);
    try {
      return await faultIn(db, table, expected);
    } finally {
      await db.close();
    }
  } catch (error) {
    return String(error);
  }
}

async function faultIn(db: Db, table: string, expected: readonly string[]): Promise<string | undefined> {
  const [{ integrity_check: said } = { integrity_check: "" }] = await db.all<{ integrity_check: string }>(sql`PRAGMA integrity_check`);
  if (said !== "ok") return said;
  const half = await db.all(sql`SELECT uid FROM issues WHERE uid NOT IN (SELECT issue_uid FROM events WHERE type = 'issue.created')`);
  if (half.length > 0) return `${half.length} issues have no event`;
  const there = new Set((await db.all<{ uid: string }>(sql`SELECT uid FROM ${raw(table)}`)).map(({ uid }) => uid));
  const lost = expected.filter((uid) => !there.has(uid));
  return lost.length === 0 ? undefined : `${lost.length} of ${expected.length} acknowledged writes are lost`;
}
