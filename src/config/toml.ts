import { LocalError } from "../core/error.ts";
import { closest } from "../core/text.ts";
import { textAt } from "./files.ts";

export type Kind = "text" | "texts" | "switch" | "number";
type Row = Readonly<Record<string, Kind>>;

/** What a configuration file may say: dotted keys, each of one kind; tables that may be there several times as a list of one shape. */
export type Shape = Readonly<Record<string, Kind | readonly [Row]>>;

type Value<K> = K extends readonly [infer R]
  ? (Values<R> & { line: number })[]
  : K extends Kind
    ? { text: string; texts: string | string[]; switch: boolean; number: number }[K]
    : never;

/** The values of a shape, each undefined where the file says nothing. A table of several knows the line that it begins on. */
export type Values<S> = { [K in keyof S]?: Value<S[K]> };

const kinds: Record<Kind, { fits(value: unknown): boolean; wanted: string }> = {
  text: { fits: (value) => typeof value === "string", wanted: "a text" },
  texts: {
    fits: (value) => typeof value === "string" || (Array.isArray(value) && value.every((item) => typeof item === "string")),
    wanted: "a text or a list of texts",
  },
  switch: { fits: (value) => typeof value === "boolean", wanted: "true or false" },
  number: { fits: (value) => Number.isSafeInteger(value), wanted: "a whole number" },
};

/** Reads a TOML file strictly: an unknown key or a value of the wrong kind is refused with file, line and key. */
export function readToml<S extends Shape>(path: string, shape: S): Values<S> | undefined {
  const text = textOf(path);
  if (text === undefined) return undefined;
  const values = new Map<string, unknown>();
  for (const [key, value] of flat(parseToml(path, text), shape)) {
    const kind = Object.hasOwn(shape, key) ? shape[key] : undefined;
    if (typeof kind === "object") values.set(key, tablesOf({ path, text, key }, value, kind[0]));
    else values.set(key, checked({ path, text, key }, value, kind, Object.keys(shape)));
  }
  return Object.fromEntries(values) as Values<S>;
}

type Place = { path: string; text: string; key: string; nth?: number };

function checked({ path, text, key, nth }: Place, value: unknown, kind: Kind | undefined, known: readonly string[]): unknown {
  const at = `${path}:${lineOf(text, key, nth) ?? 1}`;
  if (!kind) {
    const near = closest(key, known);
    throw new LocalError("internal", `${at}: unknown key ${key}`, near ? `Did you mean ${near}?` : `Known keys: ${known.join(", ")}.`);
  }
  if (!kinds[kind].fits(value)) throw new LocalError("internal", `${at}: ${key} must be ${kinds[kind].wanted}`);
  return value;
}

const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);

/** Tables that may be there several times, each with the line that it begins on. */
function tablesOf(place: Place, value: unknown, row: Row): unknown[] {
  const { path, text, key } = place;
  if (!Array.isArray(value) || !value.every(isTable))
    throw new LocalError("internal", `${path}:${lineOf(text, key) ?? 1}: ${key} must be tables, each under a line [[${key}]]`);
  const known = Object.keys(row).map((name) => `${key}.${name}`);
  return value.map((table, nth) => {
    const read = Object.entries(table).map(([name, item]) => {
      const kind = Object.hasOwn(row, name) ? row[name] : undefined;
      return [name, checked({ ...place, key: `${key}.${name}`, nth }, item, kind, known)];
    });
    return { ...Object.fromEntries(read), line: lineOf(text, key, nth) ?? 1 };
  });
}

/** A file's text; undefined when there is none. */
export function textOf(path: string): string | undefined {
  try {
    return textAt(path);
  } catch (error) {
    throw new LocalError("internal", `${path} can't be read: ${(error as Error).message}`, "It must be a file that you may read.");
  }
}

/** TOML as plain data; what does not parse is refused with its line. */
export function parseToml(path: string, text: string): Record<string, unknown> {
  try {
    return Bun.TOML.parse(text) as Record<string, unknown>;
  } catch (error) {
    const why = error instanceof Error ? error.message.replace("TOML Parse error: ", "").replace("(0x0A)", "the line's end") : "unreadable";
    throw new LocalError(
      "internal",
      `${path}:${badLine(text)}: ${why}`,
      'Mend that line: [table] or key = value, and texts in quotes: "…".',
    );
  }
}

function* flat(table: Record<string, unknown>, shape: Shape, before = ""): Generator<[string, unknown]> {
  for (const [name, value] of Object.entries(table)) {
    const key = before + name;
    if (isTable(value) && !Object.hasOwn(shape, key)) {
      if (Object.keys(value).length === 0 && !Object.keys(shape).some((known) => known.startsWith(`${key}.`))) yield [key, value];
      yield* flat(value, shape, `${key}.`);
    } else yield [key, value];
  }
}

/** The line on which the first bad statement begins: the parser itself does not say. */
function badLine(text: string): number {
  const lines = text.split("\n");
  const parses = (part: string): boolean => {
    try {
      Bun.TOML.parse(part);
      return true;
    } catch {
      return false;
    }
  };
  for (let good = lines.length - 1; good > 0; good--) if (parses(lines.slice(0, good).join("\n"))) return good + 1;
  return 1;
}

/**
 * The line of a key, or of the inline table that it stands in; undefined when it was written in a way that this does not
 * find. Where its table is there several times, `nth` says which one is meant, from 0.
 */
export function lineOf(text: string, key: string, nth?: number): number | undefined {
  let tables = -1;
  for (const { line, about, begins } of linesOf(text)) {
    if (begins !== undefined && `${key}.`.startsWith(`${begins}.`)) tables += 1;
    const isOther = nth !== undefined && tables >= 0 && tables !== nth;
    if (about === key && !isOther) return line;
  }
  return key.includes(".") ? lineOf(text, key.slice(0, key.lastIndexOf(".")), nth) : undefined;
}

/** Each line with the key that it is about, which is its table's where it gives none; `begins` where it begins one of several tables. */
function* linesOf(text: string): Generator<{ line: number; about: string; begins: string | undefined }> {
  let inside = "";
  for (const [at, line] of text.split("\n").entries()) {
    const [, brackets, header] = /^\s*(\[\[?)\s*([^\]]+?)\s*\]/.exec(line) ?? [];
    inside = header ?? inside;
    const name = /^\s*("?)([\w.-]+)\1\s*=/.exec(line)?.[2];
    const about = name === undefined ? inside : [inside, name].filter(Boolean).join(".");
    yield { line: at + 1, about, begins: brackets === "[[" ? inside : undefined };
  }
}
