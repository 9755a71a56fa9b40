import { LocalError } from "../../core/error.ts";
import { isJsonObject } from "../../core/json.ts";
import { isBlank } from "../../core/text.ts";
import { parseTime } from "../../core/time.ts";

/** An object of another tracker's dump: what is not as it must be is refused with the object's name and the member's. */
export class Members {
  readonly what: string;
  readonly #members: Record<string, unknown>;

  /** `what` names the object to people. */
  constructor(what: string, value: unknown) {
    if (!isJsonObject(value)) throw refusal(`${what} must be an object, not ${shown(value)}.`);
    this.what = what;
    this.#members = value;
  }

  /** The same object under another name. */
  named(what: string): Members {
    return new Members(what, this.#members);
  }

  /** A text, empty where there is none. Without what no text of kata can hold: nobody could mend that in other people's comments. */
  text(name: string): string {
    const value = this.#members[name] ?? "";
    return typeof value === "string" ? value.toWellFormed().replaceAll("\0", "") : this.#refuse(name, "a text");
  }

  /** A text that says something. */
  words(name: string): string {
    const text = this.text(name);
    return isBlank(text) ? this.#refuse(name, "a text that is not blank") : text;
  }

  /** Somebody's name, or whoever stands for nobody. */
  who<Nobody extends string | null>(name: string, nobody: Nobody): string | Nobody {
    const text = this.text(name);
    return isBlank(text) ? nobody : text;
  }

  /** A number or a text, as text. */
  id(name: string): string {
    const value = this.#members[name];
    return typeof value === "number" ? String(value) : this.words(name);
  }

  number(name: string): number | undefined {
    const value = this.#members[name] ?? undefined;
    return value === undefined || typeof value === "number" ? value : this.#refuse(name, "a number");
  }

  /** A time, as kata keeps it; undefined where there is none. */
  time(name: string): string | undefined {
    const text = this.text(name);
    if (text === "") return undefined;
    return parseTime(text) ?? this.#refuse(name, "a time such as 2026-05-01T12:00:00Z");
  }

  /** A time that must be there. */
  when(name: string): string {
    return this.time(name) ?? this.#refuse(name, "a time such as 2026-05-01T12:00:00Z");
  }

  /** The objects of a list, none where there is no list; `what` names each to people. */
  list(name: string, what: string): Members[] {
    const value = this.#members[name] ?? [];
    if (!Array.isArray(value)) return this.#refuse(name, "a list");
    return value.map((each, i) => new Members(`${this.what}, ${what} ${i + 1}`, each));
  }

  /** The texts of a list. */
  texts(name: string): string[] {
    const value = this.#members[name] ?? [];
    const isTexts = Array.isArray(value) && value.every((each) => typeof each === "string");
    return isTexts ? value : this.#refuse(name, "a list of texts");
  }

  /** An object within; undefined where there is none. */
  within(name: string): Members | undefined {
    const value = this.#members[name] ?? undefined;
    return value === undefined ? undefined : new Members(`${this.what}, ${name}`, value);
  }

  has(name: string): boolean {
    return (this.#members[name] ?? undefined) !== undefined;
  }

  #refuse(name: string, wanted: string): never {
    const value = this.#members[name];
    throw refusal(
      value === undefined ? `${this.what}: ${name} is missing.` : `${this.what}: ${name} must be ${wanted}, not ${shown(value)}.`,
    );
  }
}

function refusal(message: string): LocalError {
  return new LocalError("validation", message, "Nothing was imported. `kata help import` says how the dump is made.");
}

const SHOWN = 60;

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
