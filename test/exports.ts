import type { Database, Db } from "../src/store/db.ts";
import { exportRecords, type ExportOptions } from "../src/offline/export-records.ts";
import { type Imported, importRecords, type ImportOptions } from "../src/offline/import-records.ts";
import { freshSqlite } from "./stores.ts";

export type Line = { kind: string; data: Record<string, unknown> };

/** What a database is exported as. */
export async function exported(db: Database, said: Partial<ExportOptions> = {}): Promise<string> {
  let text = "";
  await db.read((snapshot) =>
    exportRecords(snapshot, { include_deleted: true, compatible: false, ...said }, async (page) => void (text += page)),
  );
  return text;
}

/** An export's records. */
export const recordsOf = (text: string): Line[] =>
  text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);

/** A file of these records, after the first that every file has. */
export const fileOf = (records: readonly Line[], version = "10"): string =>
  [{ kind: "meta", data: { key: "export_version", value: version } }, ...records].map((record) => `${JSON.stringify(record)}\n`).join("");

/** Puts a file into a database, all of it or nothing. */
export async function putInto(db: Database, text: string | Uint8Array, said: Partial<ImportOptions> = {}): Promise<Imported> {
  const options = { new_instance: false, merge: false, ...said };
  return db.transact((tx: Db) => importRecords(tx, chunksOf(text), options, () => Promise.resolve()));
}

/** The same bytes in pieces that end anywhere. */
export async function* chunksOf(text: string | Uint8Array, size = 999): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** Works on a new database that a file was put into. */
export async function restored<T>(
  text: string,
  work: (db: Database, imported: Imported) => Promise<T>,
  said: Partial<ImportOptions> = {},
): Promise<T> {
  const { db, remove } = await freshSqlite();
  try {
    return await work(db, await putInto(db, text, said));
  } finally {
    await db.close();
    await remove();
  }
}
