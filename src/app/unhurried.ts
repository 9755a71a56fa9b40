const TURN_MS = 10;

/** The items one by one; in between, whoever waits is served, since on SQLite a long change would hold up the thread. */
export async function* unhurried<T>(items: Iterable<T>): AsyncGenerator<T> {
  let turn = performance.now();
  for (const item of items) {
    if (performance.now() - turn > TURN_MS) {
      await new Promise(setImmediate);
      turn = performance.now();
    }
    yield item;
  }
}
