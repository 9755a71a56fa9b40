import { type Daemon, daemon } from "./daemon.ts";
import { type Figure, percentile } from "./figures.ts";

const EVENTS = 12;
/** The system lets 512 wait to be taken, and refuses more. */
const MOST_WAITING = 256;

/** Opens so many streams of events; `arrived` is called whenever one of them gets an event. */
async function followers(on: Daemon, count: number, arrived: () => void): Promise<AsyncDisposable> {
  const request = "GET /api/v1/events/stream HTTP/1.1\r\nHost: kata.invalid\r\nAccept: text/event-stream\r\n\r\n";
  let answered = 0;
  const sockets: Bun.Socket[] = [];
  while (sockets.length < count) {
    while (sockets.length - answered > MOST_WAITING) await Bun.sleep(1);
    const socket = await Bun.connect({
      unix: on.socket,
      socket: {
        open: (opened) => void opened.write(request),
        data(_, data) {
          const text = data.toString("latin1");
          if (text.startsWith("HTTP/1.1 200")) answered += 1;
          for (const _event of text.matchAll(/^event: issue\./gm)) arrived();
        },
      },
    });
    sockets.push(socket);
  }
  for (const end = performance.now() + 10_000; answered < count; await Bun.sleep(5)) {
    if (performance.now() > end) throw new Error(`Of ${count} streams, ${answered} were answered.`);
  }
  return {
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.end();
    },
  };
}

/** From the sending of a create until each of so many streams has its event. */
export async function streams(count: number, target?: { most: number }): Promise<Figure> {
  await using on = await daemon();
  let times: number[] = [];
  let sent = 0;
  await using _streams = await followers(on, count, () => times.push((Bun.nanoseconds() - sent) / 1e6));
  const all: number[] = [];
  for (let event = -2; event < EVENTS; event++) {
    times = [];
    sent = Bun.nanoseconds();
    await on.send("POST", "/projects/1/issues", { actor: "bench", title: `event ${event}` });
    for (const end = performance.now() + 10_000; times.length < count; await Bun.sleep(1)) {
      if (performance.now() > end) throw new Error(`Of ${count} streams, ${times.length} got the event.`);
    }
    if (event >= 0) all.push(...times);
    await Bun.sleep(50);
  }
  all.sort((a, b) => a - b);
  const note = `p99 ${percentile(all, 0.99).toFixed(1)} ms`;
  return {
    what: `one event to ${count.toLocaleString("en")} streams, p50`,
    value: percentile(all, 0.5),
    unit: "ms",
    note,
    ...(target && { target, original: "635–800" }),
  };
}
