import { ptr } from "bun:ffi";
import { rmSync } from "node:fs";
import { libc } from "../src/config/libc.ts";

const AF_UNIX = 1;
const SOCK_DGRAM_CLOEXEC = 2 | 0o2000000;
const MSG_DONTWAIT = 0x40;

const c = libc({
  socket: { args: ["i32", "i32", "i32"], returns: "i32" },
  bind: { args: ["i32", "ptr", "u32"], returns: "i32" },
  recv: { args: ["i32", "ptr", "u64", "i32"], returns: "i64" },
  close: { args: ["i32"], returns: "i32" },
});

/** What a service manager listens on: a Unix datagram socket at a path, or with an abstract name (`@…`). */
export class NotifySocket {
  readonly name: string;
  /** Every message so far, as its lines. */
  readonly messages: string[][] = [];
  #at = 0;
  readonly #fd: number;
  readonly #buffer = new Uint8Array(65_536);

  constructor(name: string) {
    this.name = name;
    this.#fd = c.socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
    const path = Buffer.from(name.startsWith("@") ? `\0${name.slice(1)}` : `${name}\0`);
    const address = Buffer.concat([Buffer.from(new Uint16Array([AF_UNIX]).buffer), path]);
    if (c.bind(this.#fd, ptr(address), address.length) !== 0) throw new Error(`${name} can't be bound`);
  }

  /** The next message that begins with `state`; what came before it is passed over. */
  async next(state: string): Promise<string[]> {
    for (; ; await Bun.sleep(2)) {
      const at = this.read().findIndex(([first], i) => i >= this.#at && first?.startsWith(state));
      if (at < 0) continue;
      this.#at = at + 1;
      return this.messages[at] ?? [];
    }
  }

  /** Takes what has come. */
  read(): string[][] {
    for (;;) {
      const size = Number(c.recv(this.#fd, ptr(this.#buffer), this.#buffer.length, MSG_DONTWAIT));
      if (size < 0) return this.messages;
      this.messages.push(Buffer.from(this.#buffer.subarray(0, size)).toString().split("\n"));
    }
  }

  [Symbol.dispose](): void {
    c.close(this.#fd);
    if (!this.name.startsWith("@")) rmSync(this.name, { force: true });
  }
}
