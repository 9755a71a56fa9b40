import { EXPORT_VERSION, type Kind, kinds } from "../store/kinds.ts";
import { CONTENTS, VERSION_KEY } from "./lines.ts";
import { badLine, type FileRecord } from "./read-records.ts";
import { count, type Tally } from "./rows.ts";

const ranks: ReadonlyMap<string, number> = new Map(kinds.map(({ name }, rank) => [name, rank]));

/** Watches over the order of a file's records: the version first, then each kind in its place (data-model.md §13). */
export class Order {
  /** The file's version of the format; 0 before it was read. */
  version = 0;
  /** How many records of each kind the file says that it has; older and compatible files don't say. */
  contents: Readonly<Record<string, unknown>> | undefined;
  /** Kinds that kata does not know, and how often each was passed over. */
  readonly unknown: Tally = new Map();
  #rank = 0;

  /** The kind of a record that is a row; undefined for one that tells of the file, or is of no kind that we know. */
  kindOf(record: FileRecord): Kind | undefined {
    if (this.version === 0) {
      this.version = versionOf(record);
      return undefined;
    }
    if (record.kind === CONTENTS && this.contents === undefined) {
      this.contents = record.data;
      return undefined;
    }
    const rank = ranks.get(record.kind);
    if (rank === undefined) {
      count(this.unknown, record.kind);
      return undefined;
    }
    const before = kinds[this.#rank];
    if (rank < this.#rank) throw badLine(record.line, `${record.kind} records stand before ${before?.name} records, not after them`);
    this.#rank = rank;
    return kinds[rank];
  }
}

function versionOf({ line, kind, data }: FileRecord): number {
  if (kind !== "meta" || data["key"] !== VERSION_KEY) {
    throw badLine(line, `the first record must say the ${VERSION_KEY}`, "Is this a file that `kata export` wrote, from its beginning?");
  }
  const value = data["value"];
  const version = typeof value === "string" && /^\d{1,6}$/.test(value) ? Number(value) : 0;
  if (version < 1 || version > EXPORT_VERSION) {
    const hint = version > EXPORT_VERSION ? "Import it with the kata that wrote it, or with a newer one." : undefined;
    throw badLine(line, `${VERSION_KEY} must be from 1 to ${EXPORT_VERSION}, not ${JSON.stringify(value)}`, hint);
  }
  return version;
}
