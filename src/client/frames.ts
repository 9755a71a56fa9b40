/** One server-sent event: what kata's frames have (http-api.md §14.2). A comment has no `data`. */
export type Frame = { id?: string; event?: string; data?: string };

/** Reads frames from the pieces of a stream, wherever they are cut. */
export class FrameReader {
  #rest = "";
  readonly #decoder = new TextDecoder();

  /** The frames that are whole after this piece. */
  push(piece: Uint8Array): Frame[] {
    this.#rest += this.#decoder.decode(piece, { stream: true });
    const parts = this.#rest.split("\n\n");
    this.#rest = parts.pop() ?? "";
    return parts.map(frameOf);
  }
}

function frameOf(text: string): Frame {
  const frame: Frame = {};
  for (const line of text.split("\n")) {
    for (const name of ["id", "event", "data"] as const) {
      if (line.startsWith(`${name}: `)) frame[name] = line.slice(name.length + 2);
    }
  }
  return frame;
}
