type Serving<Handler> = { routes: Record<string, Handler>; fetch: Handler };

/** Counts the requests that are being worked on, whether or not anybody still waits for the answer. */
export class Underway {
  #count = 0;
  #idle = Promise.withResolvers<void>();

  get count(): number {
    return this.#count;
  }

  /** Settles when nothing is being worked on. */
  idle(): Promise<void> {
    return this.#count === 0 ? Promise.resolve() : this.#idle.promise;
  }

  /** The same, counted. A stream counts until it begins: that it ends is the listener's business. */
  counted<Handler extends (...given: never[]) => Promise<Response>>({ routes, fetch }: Serving<Handler>): Serving<Handler> {
    const each = Object.entries(routes).map(([path, handler]): [string, Handler] => [path, this.#counting(handler)]);
    return { routes: Object.fromEntries(each), fetch: this.#counting(fetch) };
  }

  #counting<Handler extends (...given: never[]) => Promise<Response>>(handler: Handler): Handler {
    const counted = async (...given: never[]): Promise<Response> => {
      this.#count += 1;
      try {
        return await handler(...given);
      } finally {
        this.#count -= 1;
        if (this.#count === 0) {
          this.#idle.resolve();
          this.#idle = Promise.withResolvers<void>();
        }
      }
    };
    return counted as Handler;
  }
}
