import { expect, test } from "bun:test";
import { BODY_LIMIT, readJson } from "./json.ts";

const read = (body: string | Uint8Array<ArrayBuffer>, limit = BODY_LIMIT) =>
  readJson(new Request("http://kata.invalid/", { method: "POST", body }), limit);

test("`readJson()` names the member that is there twice", async () => {
  await expect(read('{"a":1,"a":2}')).rejects.toMatchObject({ code: "validation", message: "a: is there twice" });
  await expect(read('{"links":[{"to":1,"\\u0074o":2}]}')).rejects.toMatchObject({ message: "links.to: is there twice" });
  expect(await read('{"a":{"x":1},"b":{"x":"\\"x\\":"}}')).toEqual({ a: { x: 1 }, b: { x: '"x":' } });
});

test("`readJson()` refuses what is no UTF-8, has a byte order mark, or goes on after its value", async () => {
  await expect(read(new Uint8Array([0x22, 0xff, 0x22]))).rejects.toMatchObject({ code: "validation" });
  await expect(read(new Uint8Array([0xef, 0xbb, 0xbf, 0x7b, 0x7d]))).rejects.toMatchObject({ code: "validation" });
  await expect(read("{} {}")).rejects.toMatchObject({ code: "validation" });
  await expect(read('"\\ud800"')).rejects.toMatchObject({ message: "body: has half of a surrogate pair, which no text can hold" });
  await expect(read('{"links":[{"to":"\\ude00"}]}')).rejects.toMatchObject({ message: expect.stringMatching(/^links\.0\.to: /) });
  await expect(read(" ")).rejects.toMatchObject({ code: "validation", message: "body: is missing" });
});

test("`readJson()` keeps numbers as they were written, and gives none that is no integer", async () => {
  const value = (await read('{"metadata":{"version":1.0,"big":12345678901234567890,"n":7}}')) as { metadata: Record<string, unknown> };
  expect(typeof value.metadata["version"]).toBe("object");
  expect(typeof value.metadata["n"]).toBe("number");
  expect(JSON.stringify(value)).toBe('{"metadata":{"version":1.0,"big":12345678901234567890,"n":7}}');
});

test("`readJson()` refuses a body over the limit with 413", async () => {
  await expect(read(`"${"x".repeat(20)}"`, 10)).rejects.toMatchObject({ code: "error", status: 413 });
});

test("`readJson()` counts the bytes of a body that does not say its length, and stops at the limit", async () => {
  let pulled = 0;
  const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    pulled += 1;
    controller.enqueue(new TextEncoder().encode(" ".repeat(1_000)));
  };
  const body = new ReadableStream<Uint8Array>({ pull }, { highWaterMark: 0 });
  const request = new Request("http://kata.invalid/", { method: "POST", body });
  await expect(readJson(request, 10_000)).rejects.toMatchObject({ code: "error", status: 413 });
  expect(pulled).toBeLessThan(20);
});

test("`readJson()` refuses what is nested too deep to be walked through", async () => {
  const nested = (depth: number) => `{"a":${"[".repeat(depth)}1.5${"]".repeat(depth)}}`;
  await expect(read(nested(100_000))).rejects.toMatchObject({ code: "validation" });
  expect(JSON.stringify(await read(nested(900)))).toBe(nested(900));
});
