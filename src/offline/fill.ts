import { SYSTEM_PROJECT } from "../core/project.ts";
import { isShortId, shortIdOf } from "../core/short-id.ts";
import { isUlid, ulidOf } from "../core/ulid.ts";
import type { Kind } from "../store/kinds.ts";
import type { Row } from "../store/records.ts";
import type { Numbers } from "./numbers.ts";
import { badLine, type FileRecord } from "./read-records.ts";
import { checkWhole } from "./rows.ts";

/** What is known of a file while it is read. */
export type Reading = {
  version: number;
  /** The installation that old events are taken to be from. */
  instance_uid: string;
  numbers: Numbers;
  /** The projects' names as they will be. */
  names: Map<unknown, string>;
  isTaken(name: string): Promise<boolean>;
  note(line: string): void;
};

type Fill = (row: Row, record: FileRecord, reading: Reading) => Row | Promise<Row>;

/** Brings a row to what our tables want: older versions of the format said less, and some things are the importer's to say. */
export async function fill(kind: Kind, row: Row, record: FileRecord, reading: Reading): Promise<Row> {
  const filled = (await fillers[kind.name]?.(row, record, reading)) ?? row;
  checkWhole(kind, filled, record.line);
  const { uid } = filled;
  if (uid !== undefined && !(typeof uid === "string" && isUlid(uid)))
    throw badLine(record.line, `${kind.name}: uid must be a ULID, not ${uid}`);
  return filled;
}

/** Members that older versions had, and that others were made from. */
export const formerMembers: ReadonlySet<string> = new Set(["project.identity", "issue.number"]);

const fillers: Readonly<Record<string, Fill>> = {
  project: async (row, record, reading) => {
    const { data, line } = record;
    const identity = typeof data["identity"] === "string" ? data["identity"] : "";
    const uid = row["uid"] ?? stableUid(row["created_at"], `project:${row["id"]}:${identity}`);
    const name = await freeName(row, line, reading);
    if (row["id"] === SYSTEM_PROJECT.id) throw badLine(line, "project: id 0 is the hidden project's");
    reading.names.set(row["id"], name);
    return { ...row, uid, name };
  },
  system_project: (row, { line }) => {
    if (row["id"] !== SYSTEM_PROJECT.id) throw badLine(line, `system_project: id must be 0, not ${row["id"]}`);
    return { ...row, name: SYSTEM_PROJECT.name };
  },
  project_alias: (row) => ({
    ...row,
    root_path: row["root_path"] ?? String(row["alias_identity"]).replace(/^local:\/\//, ""),
    last_seen_at: row["last_seen_at"] ?? row["created_at"] ?? null,
  }),
  issue: (row, { data, line }, { version, numbers }) => {
    const number = typeof data["number"] === "number" ? data["number"] : undefined;
    const uid = String(row["uid"] ?? stableUid(row["created_at"], `issue:${row["project_id"]}:${number}`));
    if (row["occurrence_key"] !== null && row["recurrence_id"] === null && row["recurrence_uid"] === null) {
      throw badLine(line, "issue: occurrence_key needs a recurrence");
    }
    if (version < 8) {
      if (number === undefined) throw badLine(line, "issue: number must be a whole number");
      numbers.add(Number(row["project_id"]), { id: Number(row["id"]), uid, number });
      return { ...row, uid, short_id: uid.toLowerCase() };
    }
    const short_id = String(row["short_id"]);
    if (!isShortId(short_id) || shortIdOf(uid, short_id.length) !== short_id) {
      throw badLine(line, `issue: short_id must be the end of its uid in lower case, not ${JSON.stringify(short_id)}`);
    }
    return { ...row, uid, short_id };
  },
  comment: (row) => ({ ...row, uid: row["uid"] ?? stableUid(row["created_at"], `comment:${row["issue_id"]}:${row["id"]}`) }),
  event: eventOf,
  system_event: eventOf,
  purge_log: (row, _, { instance_uid, names }) => ({
    ...row,
    uid: row["uid"] ?? stableUid(row["purged_at"], `purge:${row["project_id"]}:${row["id"]}`),
    origin_instance_uid: row["origin_instance_uid"] ?? instance_uid,
    project_name: names.get(row["project_id"]) ?? row["project_name"] ?? null,
  }),
};

function eventOf(row: Row, { data }: FileRecord, { version, instance_uid, numbers, names }: Reading): Row {
  const payload = (data["payload"] ?? {}) as Record<string, unknown>;
  const key = payload["idempotency_key"];
  const renamed = () => JSON.stringify(numbers.renamed(Number(row["project_id"]), String(row["type"]), payload));
  return {
    ...row,
    uid: row["uid"] ?? stableUid(row["created_at"], `event:${row["project_id"]}:${row["id"]}`),
    origin_instance_uid: row["origin_instance_uid"] ?? instance_uid,
    project_name: names.get(row["project_id"]) ?? row["project_name"] ?? null,
    payload: version < 8 ? renamed() : (row["payload"] ?? null),
    idempotency_key: typeof key === "string" && key !== "" ? key : null,
  };
}

/** A name that no other project has: the original once let several have the same. */
async function freeName(row: Row, line: number, { version, names, isTaken, note }: Reading): Promise<string> {
  const given = String(row["name"] ?? "").trim() === "" ? `project-${row["id"]}` : String(row["name"]);
  if (version < 8 && given.includes("#"))
    throw badLine(line, `project: name must not contain #, which ends the project in a ref: ${JSON.stringify(given)}`);
  const used = new Set(names.values());
  let name = given;
  for (let n = 2; used.has(name) || (await isTaken(name)); n++) name = `${given}-${n}`;
  if (name !== row["name"]) note(`project ${row["id"]} is called ${JSON.stringify(name)} here, not ${JSON.stringify(row["name"])}`);
  return name;
}

/** What had no uid gets one from its time and what it was known by: the same each time. */
function stableUid(time: Row[string] | undefined, seed: string): string {
  const ms = Date.parse(String(time));
  return ulidOf(Number.isNaN(ms) ? 0 : ms, new Bun.CryptoHasher("sha256").update(seed).digest());
}
