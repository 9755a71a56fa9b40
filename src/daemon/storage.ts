import { type Code, type KataError } from "../core/error.ts";
import { log } from "./log.ts";

const QUIET_MS = 60_000;

/** How the database's files are, as far as requests have found out: for health, and for the log. */
export class Storage {
  #fault: KataError | undefined;
  readonly #now: () => number;
  readonly #logged = new Map<Code, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Why no change is taken until the daemon is restarted; undefined where they are. */
  get fault(): KataError | undefined {
    return this.#fault;
  }

  /** For the store, which tells it once. */
  readonly failed = (fault: KataError): void => {
    this.#fault = fault;
    tell(fault);
  };

  /** Writes a refusal into the log, which may lie on the same full disk: each kind once a minute at the most. */
  refused(error: KataError): void {
    const now = this.#now();
    if (error === this.#fault || now - (this.#logged.get(error.code) ?? -QUIET_MS) < QUIET_MS) return;
    this.#logged.set(error.code, now);
    tell(error);
  }
}

function tell({ message, hint = "", cause }: KataError): void {
  log("error", message, { said: String((cause as { code?: unknown } | undefined)?.code ?? cause), hint });
}
