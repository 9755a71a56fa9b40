import { networkOf } from "../core/address.ts";

const WINDOW_MS = 60_000;
const MOST = 20;
const MOST_PEERS = 10_000;

type Window = { since: number; count: number };

/** How often each peer has failed to say who it is, so that guessing is slow and is seen. Peers behind one IPv6 network are one. */
export class Failures {
  readonly #now: () => number;
  /** In the order in which their windows began. */
  readonly #windows = new Map<string, Window>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Counts a failure. From twenty in a minute on it gives the seconds until the peer is answered as others are. */
  count(address: string): number | undefined {
    const peer = networkOf(address);
    const now = this.#now();
    const window = this.#current(peer, now) ?? this.#begin(peer, now);
    window.count += 1;
    return window.count <= MOST ? undefined : Math.ceil((window.since + WINDOW_MS - now) / 1_000);
  }

  #current(peer: string, now: number): Window | undefined {
    const window = this.#windows.get(peer);
    return window && now - window.since < WINDOW_MS ? window : undefined;
  }

  #begin(peer: string, now: number): Window {
    this.#windows.delete(peer);
    for (const [old, { since }] of this.#windows) {
      if (now - since < WINDOW_MS && this.#windows.size < MOST_PEERS) break;
      this.#windows.delete(old);
    }
    const window = { since: now, count: 0 };
    this.#windows.set(peer, window);
    return window;
  }
}
