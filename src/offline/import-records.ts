import { LocalError } from "../core/error.ts";
import { startBulk } from "../store/bulk.ts";
import type { Db } from "../store/db.ts";
import { kinds } from "../store/kinds.ts";
import { setShortId } from "../store/merges.ts";
import { instanceUid } from "../store/open.ts";
import { countRecords, faultsOf, fillEventUids, highestIds, raiseSequence } from "../store/records.ts";
import { indexAll } from "../store/search.ts";
import { fill, formerMembers, type Reading } from "./fill.ts";
import { freshPlace } from "./fresh.ts";
import { MergePlace } from "./merge.ts";
import { Numbers } from "./numbers.ts";
import { Order } from "./order.ts";
import { type Place, putRow } from "./place.ts";
import { badLine, type FileRecord, readRecords } from "./read-records.ts";
import { count, rowOf, type Tally } from "./rows.ts";

export type ImportOptions = {
  /** The target keeps its own identity. */
  new_instance: boolean;
  /** One project comes to those that are there. */
  merge: boolean;
};

/** What came in. */
export type Imported = {
  /** The version of the format. */
  version: number;
  /** Records of each kind, in the file and in the database. */
  counts: Record<string, { file: number; database: number }>;
  /** Kinds, and members of kinds (`issue.colour`), that kata does not know. */
  unknown: Record<string, number>;
  /** What a merge left out: it leads out of the project, or its place is taken. */
  left_out: Record<string, number>;
  notes: string[];
};

/** Is called now and then while work goes on, with how many records are done, so that others get a turn. */
export type Watch = (done: number) => Promise<void>;
const WATCHED = 1_000;

/** Puts what a file says into a database, in the transaction `tx`, and refuses the whole of it if anything is wrong. */
export async function importRecords(tx: Db, chunks: AsyncIterable<Uint8Array>, options: ImportOptions, watch: Watch): Promise<Imported> {
  const highest = await highestIds(tx);
  const leftOut: Tally = new Map();
  const place = options.merge ? new MergePlace(tx, highest, leftOut) : freshPlace(options.new_instance);
  const intake = new Intake(tx, place);
  const finishBulk = options.merge ? undefined : await startBulk(tx);
  let done = 0;
  for await (const record of readRecords(chunks)) {
    if (++done % WATCHED === 0) await watch(done);
    await intake.take(record);
  }
  await finishBulk?.();
  await intake.finish(options.merge ? highest : intake.sequences, () => watch(done));
  return {
    version: intake.order.version,
    counts: await intake.compared(),
    unknown: Object.fromEntries(intake.unknown()),
    left_out: Object.fromEntries(leftOut),
    notes: intake.notes,
  };
}

const REPORT = "Nothing was imported. Keep the file, and report this.";

/** One file on its way into one database. */
class Intake {
  readonly order = new Order();
  readonly sequences = new Map<string, number>();
  readonly notes: string[] = [];
  readonly #tx: Db;
  readonly #place: Place;
  readonly #read: Tally = new Map();
  readonly #put: Tally = new Map();
  readonly #members: Tally = new Map();
  readonly #reading: Reading;

  constructor(tx: Db, place: Place) {
    this.#tx = tx;
    this.#place = place;
    this.#reading = {
      version: 0,
      instance_uid: "",
      numbers: new Numbers(),
      names: new Map(),
      isTaken: (name) => place.isTaken(name),
      note: (line) => this.notes.push(line),
    };
  }

  async take(record: FileRecord): Promise<void> {
    const kind = this.order.kindOf(record);
    if (!kind) return;
    count(this.#read, kind.name);
    const reading = this.#reading;
    reading.version = this.order.version;
    if (kind.name !== "meta" && reading.instance_uid === "") reading.instance_uid = await instanceUid(this.#tx);
    if (kind.name !== "issue") await this.#settleNumbers();
    const row = await fill(kind, rowOf(kind, record, this.#members), record, reading);
    if (kind.put === "sequence") this.sequences.set(String(row["name"]), Number(row["seq"]));
    else if (await putRow(this.#tx, this.#place, kind, row, record.line)) count(this.#put, kind.name);
  }

  async #settleNumbers(): Promise<void> {
    for (const { id, short_id } of this.#reading.numbers.settle()) await setShortId(this.#tx, this.#place.idOf("issues", id), short_id);
  }

  /** What can only be done once all rows are there; and whether all of it holds together. */
  async finish(sequences: ReadonlyMap<string, number>, turn: () => Promise<void>): Promise<void> {
    if (this.order.version === 0) throw badLine(1, "the file is empty");
    for (const [name, n] of Object.entries(this.order.contents ?? {})) {
      const found = this.#read.get(name) ?? this.order.unknown.get(name) ?? 0;
      if (found === n) continue;
      throw new LocalError(
        "validation",
        `The file says that it has ${JSON.stringify(n)} ${name} records, and has ${found}.`,
        "It was cut short, or changed.",
      );
    }
    await this.#settleNumbers();
    const tables = new Set(kinds.flatMap(({ table, put, key }) => (put === "insert" && key[0] === "id" ? [table] : [])));
    for (const table of tables) await raiseSequence(this.#tx, table, sequences.get(table) ?? 0);
    await fillEventUids(this.#tx);
    const { project_id } = this.#place.scope();
    await indexAll(this.#tx, project_id, turn);
    const faults = await faultsOf(this.#tx);
    if (faults.length > 0) throw new LocalError("internal", `The database would not be whole: ${faults.slice(0, 3).join("; ")}.`, REPORT);
  }

  /** Records of each kind in the file, and rows of it in the database, which must be as many. */
  async compared(): Promise<Imported["counts"]> {
    const counts: Imported["counts"] = {};
    for (const kind of kinds) {
      const [file, put] = [this.#read.get(kind.name) ?? 0, this.#put.get(kind.name) ?? 0];
      if (kind.put !== "insert") continue;
      const database = await countRecords(this.#tx, kind, this.#place.scope());
      if (database !== put)
        throw new LocalError("internal", `${put} ${kind.name} records were put into the database, and it has ${database}.`, REPORT);
      if (file > 0) counts[kind.name] = { file, database };
    }
    return counts;
  }

  unknown(): [string, number][] {
    return [...this.order.unknown, ...[...this.#members].filter(([name]) => !formerMembers.has(name))];
  }
}
