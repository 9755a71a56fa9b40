import { LocalError } from "../core/error.ts";
import { closest } from "../core/text.ts";
import { textAt } from "./files.ts";

export type Kind = "text" | "texts" | "switch" | "number";
type Value = string | string[] | boolean | number;

/** What a configuration file may say: dotted keys, each of one kind. */
export type Shape = Readonly<Record<string, Kind>>;

/** A file's values by dotted key; undefined when there is no such file. */
export type Read = { path: string; text: string; values: ReadonlyMap<string, Value> };

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
export function readToml(path: string, shape: Shape): Read | undefined {
  const text = textOf(path);
  if (text === undefined) return undefined;
  const values = new Map<string, Value>();
  for (const [key, value] of flat(parseToml(path, text), shape)) {
    const kind = Object.hasOwn(shape, key) ? shape[key] : undefined;
    const at = `${path}:${lineOf(text, key) ?? 1}`;
    if (!kind) {
      const near = closest(key, Object.keys(shape));
      throw new LocalError(
        "internal",
        `${at}: unknown key ${key}`,
        near ? `Did you mean ${near}?` : `Known keys: ${Object.keys(shape).join(", ")}.`,
      );
    }
    if (!kinds[kind].fits(value)) throw new LocalError("internal", `${at}: ${key} must be ${kinds[kind].wanted}`);
    values.set(key, value as Value);
  }
  return { path, text, values };
}

/** A file's text; undefined when there is none. */
export function textOf(path: string): string | undefined {
  try {
    return textAt(path);
  } catch (error) {
    throw new LocalError("internal", `${path} can't be read: ${(error as Error).message}`);
  }
}

/** TOML as plain data; what does not parse is refused with its line. */
export function parseToml(path: string, text: string): Record<string, unknown> {
  try {
    return Bun.TOML.parse(text) as Record<string, unknown>;
  } catch (error) {
    const why = error instanceof Error ? error.message.replace("TOML Parse error: ", "") : "unreadable";
    throw new LocalError("internal", `${path}:${badLine(text)}: ${why}`);
  }
}

function* flat(table: Record<string, unknown>, shape: Shape, before = ""): Generator<[string, unknown]> {
  for (const [name, value] of Object.entries(table)) {
    const key = before + name;
    const isTable = typeof value === "object" && value !== null && !Array.isArray(value);
    if (isTable && !Object.hasOwn(shape, key)) {
      if (Object.keys(value).length === 0 && !Object.keys(shape).some((known) => known.startsWith(`${key}.`))) yield [key, value];
      yield* flat(value as Record<string, unknown>, shape, `${key}.`);
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

/** The line of a key, or of the inline table that it stands in; undefined when it was written in a way that this does not find. */
export function lineOf(text: string, key: string): number | undefined {
  let inside = "";
  for (const [at, line] of text.split("\n").entries()) {
    inside = /^\s*\[\[?\s*([^\]]+?)\s*\]/.exec(line)?.[1] ?? inside;
    const name = /^\s*("?)([\w.-]+)\1\s*=/.exec(line)?.[2];
    if (name !== undefined && [inside, name].filter(Boolean).join(".") === key) return at + 1;
    if (name === undefined && inside === key) return at + 1;
  }
  return key.includes(".") ? lineOf(text, key.slice(0, key.lastIndexOf("."))) : undefined;
}
