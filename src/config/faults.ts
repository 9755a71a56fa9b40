import { LocalError } from "../core/error.ts";

/** A value, and who set it: a flag, a variable of the environment, or a line of config.toml. */
export type Setting<T> = { value: T; from: string };

/** What is wrong with some settings, who set them, and the way out. */
type Fault = { settings: readonly string[]; message: string; hint: string };

/** The faults of a daemon's settings: all are found first, and then told together, before anything is touched. */
export class Faults {
  readonly #found: Fault[] = [];
  #isClash = false;

  /** A value that can't be used. */
  value(from: string, why: string, hint: string): void {
    this.#add({ settings: [from], message: `${from}: ${why}`, hint });
  }

  /** What would not be safe as it is. */
  unsafe(settings: readonly string[], message: string, hint: string): void {
    this.#add({ settings, message, hint });
  }

  /** Settings that exclude each other, or one that means nothing without another: as wrong as flags that do. */
  clash(settings: readonly string[], message: string, hint: string): void {
    this.#isClash = true;
    this.#add({ settings, message, hint });
  }

  /** What `work` gives; where it refuses, its refusal is a fault of the value. */
  try<T>(from: string, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof LocalError)) throw error;
      this.value(from, error.message, error.hint ?? "");
      return undefined;
    }
  }

  /** Refuses if there are any. */
  end(): void {
    const faults = this.#found;
    const [first, ...others] = faults;
    if (!first) return;
    const kind = this.#isClash ? "usage" : "internal";
    if (others.length === 0) throw new LocalError(kind, first.message, first.hint, { data: { faults } });
    const lines = faults.map(({ message, hint }) => `${message}. ${hint}`);
    throw new LocalError(kind, [`The daemon's settings have ${faults.length} faults:`, ...lines].join("\n"), undefined, {
      data: { faults },
    });
  }

  /** What is met twice is told once. */
  #add(fault: Fault): void {
    if (!this.#found.some(({ message }) => message === fault.message)) this.#found.push(fault);
  }
}
