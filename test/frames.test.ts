import { expect, test } from "bun:test";
import fc from "fast-check";
import { FrameReader } from "../src/client/frames.ts";
import { frame } from "../src/daemon/stream.ts";

const event = fc.record({
  id: fc.nat(),
  type: fc.stringMatching(/^[a-z_]+\.[a-z_]+$/),
  data: fc.dictionary(
    fc.string({ unit: "binary" }),
    fc.oneof(fc.jsonValue({ noUnicodeString: false }), fc.constantFrom("\n\n", "\r\n", "\ndata: x\n\n", "id: 1\n", "\u2028", "\u0000")),
  ),
});

test("`FrameReader` gives back every event that the daemon wrote, wherever the stream is cut", () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 5 }), fc.array(fc.nat(), { maxLength: 6 }), (events, cuts) => {
      const written = events.map(({ id, type, data }) => `${frame(id, type, data)}: keepalive\n\n`).join("");
      const bytes = new TextEncoder().encode(`: connected\n\n${written}`);
      const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
      const reader = new FrameReader();
      const frames = edges.slice(1).flatMap((edge, i) => reader.push(bytes.subarray(edges[i], edge)));
      const read = frames.filter(({ data }) => data !== undefined);
      expect(read).toEqual(events.map(({ id, type, data }) => ({ id: String(id), event: type, data: JSON.stringify(data) })));
    }),
  );
});

test("`FrameReader` takes any bytes, and gives the same frames wherever they are cut", () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 8 }),
    fc
      .constantFrom("\n", "\n\n", "\r\n", "id: ", "id:1", "event: ", "data: x", "data: \n", ": comment", "retry: 1", "\u2028", "é", "😀")
      .map((text) => new TextEncoder().encode(text)),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const bytes = new Uint8Array(Buffer.concat(pieces));
      const [whole, cut] = [new FrameReader(), new FrameReader()];
      const frames = whole.push(bytes);
      expect(Array.from(bytes).flatMap((byte) => cut.push(new Uint8Array([byte])))).toEqual(frames);
      expect(frames).toHaveLength(new TextDecoder().decode(bytes).split("\n\n").length - 1);
      for (const frame of frames) for (const value of Object.values(frame)) expect(value).not.toContain("\n");
    }),
  );
});
