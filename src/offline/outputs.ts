import { closeSync, existsSync, openSync, readSync, realpathSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Home } from "../config/home.ts";
import { LocalError } from "../core/error.ts";
import { writeWhole } from "../store/durable-files.ts";
import type { Sink } from "./export-records.ts";
import { lineOfData, VERSION_KEY } from "./lines.ts";
import { told } from "./system-errors.ts";

/** How every export begins. */
const BEGINNING = lineOfData("meta", { key: VERSION_KEY }).slice(0, -2);

/** Lets `work` write a file, which is there when it is whole. It takes the place of an earlier export, and of nothing else. */
export async function writeOutput<T>(home: Home, output: string, work: (write: Sink) => Promise<T>): Promise<T> {
  const path = resolve(output);
  try {
    const stat = existsSync(path) ? statSync(path) : undefined;
    if (stat?.isDirectory()) throw new LocalError("internal", `${output} is a folder.`, "Name a file in it.");
    if (stat && !stat.isFile()) return await writeTo(path, work);
    const real = stat ? realpathSync(path) : path;
    checkPlace(home, output, real, stat?.size ?? 0);
    return await writeWhole(real, { over: true }, (temporary) => writeTo(temporary, work));
  } catch (error) {
    throw told(`${output} can't be written`, error);
  }
}

async function writeTo<T>(path: string, work: (write: Sink) => Promise<T>): Promise<T> {
  const file = await open(path, "w", 0o600);
  try {
    return await work((text) => file.writeFile(text));
  } finally {
    await file.close();
  }
}

function checkPlace({ db }: Home, output: string, path: string, size: number): void {
  if (existsSync(db) && dirname(path) === dirname(realpathSync(db)) && path.startsWith(realpathSync(db))) {
    throw new LocalError("validation", `${output} is the database's own file, or could be taken for one.`, "Name another --output.");
  }
  if (size === 0) return;
  const beginning = Buffer.alloc(BEGINNING.length);
  const file = openSync(path, "r");
  try {
    readSync(file, beginning);
  } finally {
    closeSync(file);
  }
  if (beginning.toString() === BEGINNING) return;
  throw new LocalError("validation", `${output} exists, and is no export.`, "Name another --output.");
}
