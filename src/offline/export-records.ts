import type { Db } from "../store/db.ts";
import { EXPORT_VERSION, type Kind, kinds } from "../store/kinds.ts";
import { countRecords, recordsAfter, type Row } from "../store/records.ts";
import type { Scope } from "../store/scopes.ts";
import { CONTENTS, lineOf, lineOfData, VERSION_KEY } from "./lines.ts";

/** `compatible`: without what the original does not know. */
export type ExportOptions = Scope & { compatible: boolean };

/** Takes text; the next comes when it has it. */
export type Sink = (text: string) => Promise<void>;

const FIRST_PAGE = 16;
const LAST_PAGE = 2_000;
/** A page of about so much text is large enough; rows can be a megabyte each. */
const PAGE_BYTES = 256 * 1_024;

/** How many records there are of each kind, those that there are none of left out. */
export type Counts = Readonly<Record<string, number>>;

/** The kinds that a file has. */
export function kindsIn({ compatible }: { compatible: boolean }): readonly Kind[] {
  return kinds.filter(({ ours }) => !(ours && compatible));
}

/** How many records the snapshot has of each kind, those that say the format's own things left out. */
export async function contentsOf(snapshot: Db, options: ExportOptions): Promise<Counts> {
  const counts: Record<string, number> = {};
  for (const kind of kindsIn(options)) {
    const n = kind.name === "meta" ? 0 : await countRecords(snapshot, kind, options);
    if (n > 0) counts[kind.name] = n;
  }
  return counts;
}

/** Writes a snapshot as JSONL. However much there is, only a page of it is in memory. */
export async function exportRecords(snapshot: Db, options: ExportOptions, write: Sink): Promise<Counts> {
  const contents = await contentsOf(snapshot, options);
  await write(`${lineOfData("meta", { key: VERSION_KEY, value: String(EXPORT_VERSION) })}\n`);
  for (const kind of kindsIn(options)) {
    if (kind.name !== "meta" && contents[kind.name] === undefined) continue;
    for await (const text of pagesOf(snapshot, kind, options)) await write(text);
    if (kind.name === "meta" && !options.compatible) await write(`${lineOfData(CONTENTS, contents)}\n`);
  }
  return contents;
}

async function* pagesOf(snapshot: Db, kind: Kind, scope: Scope): AsyncGenerator<string> {
  let last: Row | undefined;
  let limit = FIRST_PAGE;
  for (;;) {
    const rows = await recordsAfter(snapshot, kind, scope, last, limit);
    let text = "";
    for (const row of rows) text += `${lineOf(kind, row)}\n`;
    if (text !== "") yield text;
    if (rows.length < limit) return;
    last = rows.at(-1);
    limit = text.length > PAGE_BYTES ? Math.max(1, limit >> 1) : Math.min(LAST_PAGE, limit * 2);
  }
}
