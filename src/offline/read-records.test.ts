import { expect, test } from "bun:test";
import fc from "fast-check";
import { chunksOf } from "../../test/exports.ts";
import { LocalError } from "../core/error.ts";
import { type FileRecord, readRecords } from "./read-records.ts";

async function read(text: string | Uint8Array, size?: number): Promise<FileRecord[]> {
  const found: FileRecord[] = [];
  for await (const record of readRecords(chunksOf(text, size))) found.push(record);
  return found;
}

async function fault(text: string | Uint8Array): Promise<string> {
  const error: unknown = await read(text).catch((thrown: unknown) => thrown);
  if (error instanceof LocalError && error.kind === "validation") return error.message;
  throw new Error("It was not refused.", { cause: error });
}

test("`readRecords()` gives what was written, wherever the pieces of the file end, and passes over blank lines", () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.dictionary(fc.string(), fc.jsonValue())), fc.integer({ min: 1, max: 50 }), async (rows, size) => {
      const records = rows.map((data) => ({ kind: "x", data: JSON.parse(JSON.stringify(data)) as FileRecord["data"] }));
      const text = records.map((record) => `${JSON.stringify(record)}\n\n  \r\n`).join("");
      const found = await read(text, size);
      expect(found.map(({ kind, data }) => JSON.stringify({ kind, data }))).toEqual(records.map((record) => JSON.stringify(record)));
      expect(found.map(({ line }) => line)).toEqual(records.map((_, i) => 1 + i * 3));
    }),
  ));

test("`readRecords()` keeps numbers as they were written", async () => {
  for (const text of ["1.0", "12345678901234567890", "0.1", "1e3", "[1.50,7]", '{"a":-0.0,"b":1E-7}', "9007199254740993"]) {
    const [record] = await read(`{"kind":"x","data":{"a":${text}}}`);
    expect(JSON.stringify(record?.data)).toBe(`{"a":${text}}`);
  }
});

test("`readRecords()` says which line is wrong, and what with it", async () => {
  const good = '{"kind":"x","data":{}}\n';
  expect(await fault(`${good}\n{"kind":"x","da`)).toBe("line 3: this is not JSON");
  expect(await fault(`${good}nonsense\n`)).toContain("line 2: ");
  for (const text of [
    "7",
    "null",
    "[]",
    "{}",
    '{"kind":7,"data":{}}',
    '{"kind":"x"}',
    '{"kind":"x","data":[]}',
    '{"kind":"x","data":null}',
  ]) {
    expect(await fault(good + text)).toStartWith("line 2: this is no record");
  }
  expect(await fault(`${good}{"kind":"x","data":{"a":${"[".repeat(100_000)}`)).toContain(
    "line 2: lists or objects stand more than 1000 deep",
  );
  expect(await fault(Buffer.concat([Buffer.from(good), Buffer.from([0x7b, 0xff, 0x7d])]))).toBe("line 2: this is not UTF-8");
});

test("`readRecords()` takes lines of 16 MiB, and no longer ones", async () => {
  const line = (length: number) => `{"kind":"x","data":{"a":"${"a".repeat(length - 28)}"}}`;
  const longest = 16 * 1_024 * 1_024;
  expect(await read(line(longest), 1 << 20)).toHaveLength(1);
  expect(await fault(line(longest + 1))).toContain("longer than 16777216 bytes");
});

test("`readRecords()` meets any bytes with records or a refusal", () =>
  fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.uint8Array({ maxLength: 300 }),
        fc.string({ unit: "binary" }).map((text) => Buffer.from(text)),
      ),
      async (bytes) => {
        await read(bytes).catch((error: unknown) => expect(error).toBeInstanceOf(LocalError));
      },
    ),
  ));
