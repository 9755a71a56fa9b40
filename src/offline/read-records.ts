import { LocalError } from "../core/error.ts";
import { DEEPEST, isDeeper, parseJson } from "../core/json.ts";

/** A record as it stands in a file. */
export type FileRecord = { line: number; kind: string; data: Readonly<Record<string, unknown>> };

const LONGEST_LINE = 16 * 1_024 * 1_024;
const NEWLINE = 10;
const CUT_SHORT = "If the file was cut short, take it from where it is whole.";

/** What is wrong with a line, for who made the file. */
export function badLine(line: number, why: string, hint = "Nothing was imported. Mend the line, or export once more."): LocalError {
  return new LocalError("validation", `line ${line}: ${why}`, hint);
}

/** The records of a JSONL file, in order. Lines of white space are passed over; whatever else is no record is refused. */
export async function* readRecords(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<FileRecord> {
  for await (const { line, bytes } of linesOf(chunks)) {
    const text = textOf(line, bytes);
    if (text.trim() === "") continue;
    if (isDeeper(text, DEEPEST)) throw badLine(line, `lists or objects stand more than ${DEEPEST} deep in each other`);
    const value = parse(line, text);
    const { kind, data } = (value ?? {}) as { kind?: unknown; data?: unknown };
    if (typeof kind !== "string" || typeof data !== "object" || data === null || Array.isArray(data)) {
      throw badLine(line, 'this is no record: it must be an object with "kind", a text, and "data", an object');
    }
    yield { line, kind, data: data as FileRecord["data"] };
  }
}

async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<{ line: number; bytes: Uint8Array }> {
  let line = 0;
  let pending: Uint8Array[] = [];
  let length = 0;
  const keep = (part: Uint8Array) => {
    pending.push(part);
    length += part.length;
    if (length > LONGEST_LINE) throw badLine(line + 1, `longer than ${LONGEST_LINE} bytes`);
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      keep(chunk.subarray(from, end));
      yield { line: ++line, bytes: pending.length === 1 ? (pending[0] as Uint8Array) : Buffer.concat(pending) };
      pending = [];
      length = 0;
      from = end + 1;
    }
    // Whoever gives the chunks may use their memory again.
    if (from < chunk.length) keep(chunk.slice(from));
  }
  if (length > 0) yield { line: ++line, bytes: Buffer.concat(pending) };
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function textOf(line: number, bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw badLine(line, "this is not UTF-8", CUT_SHORT);
  }
}

function parse(line: number, text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    throw badLine(line, "this is not JSON", CUT_SHORT);
  }
}
