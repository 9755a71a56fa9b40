import { isOpenElsewhere, openReadOnly } from "./read-only.ts";
import { faultOf } from "./storage.ts";

const MOST = 20;
const TRIES = 3;

/** What is wrong with the pages of a database, in SQLite's words; nothing is written, and it may be in use. */
export function integrityFaults(path: string): string[] {
  let faults: string[] = [];
  for (let tries = 0; tries < TRIES; tries++) {
    const before = isOpenElsewhere(path);
    faults = look(path);
    // Somebody opened or closed it meanwhile: what was read may have been of two times.
    if (faults.length === 0 || before === isOpenElsewhere(path)) break;
  }
  return faults;
}

function look(path: string): string[] {
  try {
    const db = openReadOnly(path);
    try {
      const said = db.query<{ quick_check: string }, []>(`PRAGMA quick_check(${MOST})`).all();
      return said.map(({ quick_check: fault }) => fault).filter((fault) => fault !== "ok");
    } finally {
      db.close();
    }
  } catch (error) {
    const fault = faultOf(error, path);
    if (fault?.code === "storage_damaged") return [(error as Error).message];
    throw fault ?? error;
  }
}
