import { LocalError } from "../core/error.ts";
import { closest } from "../core/text.ts";

/**
 * `list` may be given several times and splits at commas; `texts` may be given several times and is taken as it is;
 * `number` is an integer. `choices` are offered in help; whether others are refused is for the command. A switch that is
 * `on` stays so unless the line says `=false`.
 */
export type Flag = { kind: "text" | "switch" | "list" | "texts" | "number"; help: string; short?: string; value?: string; on?: true };
export type Flags = Readonly<Record<string, Flag>>;

/** A word is needed (`ref`), may be left out (`actor?`), or takes all that are left, one at least (`words...`). */
export type Word = string;

type Value<F extends Flag> = {
  text: string | undefined;
  switch: boolean;
  list: string[] | undefined;
  texts: string[] | undefined;
  number: number | undefined;
}[F["kind"]];
type WordName<W extends string> = W extends `${infer N}...` ? N : W extends `${infer N}?` ? N : W;
type WordValue<W extends string> = W extends `${string}...` ? string[] : W extends `${string}?` ? string | undefined : string;
export type Args<W extends string, F extends Flags> = { [K in W as WordName<K>]: WordValue<K> } & { [Name in keyof F]: Value<F[Name]> };

/** What a flag's value is called in help; empty for a switch. */
export function valueName({ kind, value }: Flag): string {
  return value ?? { text: "TEXT", texts: "TEXT", list: "A,B", number: "N", switch: "" }[kind];
}

const YES: ReadonlySet<string> = new Set(["1", "t", "T", "true", "TRUE", "True"]);
const NO: ReadonlySet<string> = new Set(["0", "f", "F", "false", "FALSE", "False"]);

/** What is said of a flag that no other is like. */
type Advise = (flag: string) => string;

/** Reads flags and words strictly: an unknown flag, a missing word or one too many is refused, never guessed at. */
export class ArgReader {
  readonly values: Record<string, unknown> = {};
  readonly words: string[] = [];
  #flags: Flags;
  #advise: Advise;
  /** A value that can be read and makes no sense: told after the whole line was read. */
  #fault: LocalError | undefined;

  constructor(flags: Flags, advise: Advise) {
    this.#flags = flags;
    this.#advise = advise;
    this.#blank(flags);
  }

  /** Further flags are known from here on: those of the command that was named. */
  know(flags: Flags, advise: Advise): void {
    this.#flags = { ...this.#flags, ...flags };
    this.#advise = advise;
    this.#blank(flags);
  }

  #blank(flags: Flags): void {
    for (const [name, { kind, on }] of Object.entries(flags)) this.values[name] = kind === "switch" ? on === true : undefined;
  }

  /** Reads the flag at the start of `rest`, and its value where it takes one. */
  readFlag(rest: string[]): void {
    const arg = rest.shift() ?? "";
    const [given, inline] = split(arg);
    const found = Object.entries(this.#flags).find(
      ([name, { short }]) => given === dashed(name) || (short !== undefined && given === `-${short}`),
    );
    if (!found) throw this.#unknown(given);
    const [name, flag] = found;
    if (flag.kind === "switch") {
      if (inline !== undefined && !YES.has(inline) && !NO.has(inline))
        throw new LocalError("usage", `${given} is true or false, not ${JSON.stringify(inline)}`, `${given} by itself means true.`);
      this.values[name] = inline === undefined || YES.has(inline);
      return;
    }
    const value = inline ?? rest.shift();
    if (value === undefined) throw new LocalError("usage", `${given} needs a value`, explained(given, flag));
    this.values[name] = this.#read(given, flag, value, this.values[name]);
  }

  #unknown(given: string): LocalError {
    if (/^-\d/.test(given))
      return new LocalError("usage", `${given} looks like a flag`, `Put -- before words that begin with a dash: -- ${given}`);
    const near = closest(given, Object.keys(this.#flags).map(dashed));
    return new LocalError("usage", `unknown flag ${given}`, near ? `Did you mean ${near}?` : this.#advise(given));
  }

  #read(given: string, flag: Flag, value: string, before: unknown): unknown {
    const { kind } = flag;
    if (kind === "text") return value;
    if (kind === "number") {
      if (/^[+-]?\d{1,15}$/.test(value)) return Number(value);
      throw new LocalError("usage", `${given} must be a whole number, not ${JSON.stringify(value)}`, explained(given, flag));
    }
    const more = kind === "list" ? value.split(",").map((part) => part.trim()) : [value];
    if (kind === "list" && more.includes("")) {
      const message = `${given} has an empty part: ${JSON.stringify(value)}`;
      this.#fault ??= new LocalError("validation", message, "Divide several by single commas; leave the flag out for none.");
    }
    return [...((before as string[] | undefined) ?? []), ...more];
  }

  /** Takes the next word from `rest`; after `--` all that follow, whatever they look like. */
  takeWords(rest: string[]): void {
    const word = rest.shift() ?? "";
    this.words.push(...(word === "--" ? rest.splice(0) : [word]));
  }

  /** Gives the words their names. */
  nameWords(wanted: readonly Word[], usage: () => string): void {
    const left = [...this.words];
    for (const word of wanted) {
      const name = word.replace(/\.\.\.$|\?$/, "");
      if (word.endsWith("...")) this.values[name] = left.splice(0);
      else this.values[name] = left.shift();
      const missing = this.values[name] === undefined || (Array.isArray(this.values[name]) && this.values[name].length === 0);
      if (missing && !word.endsWith("?")) throw new LocalError("usage", `${name.toUpperCase()} is missing`, `Usage: ${usage()}`);
    }
    if (left.length > 0)
      throw new LocalError(
        "usage",
        `${JSON.stringify(left[0])} is one word too many`,
        `Usage: ${usage()}. Put words with spaces in quotes.`,
      );
    if (this.#fault) throw this.#fault;
  }
}

export const dashed = (name: string): string => `--${name.replaceAll("_", "-")}`;

const explained = (given: string, flag: Flag): string => `${given} ${valueName(flag)}: ${flag.help}.`;

function split(arg: string): [string, string?] {
  const at = /^--?[a-z]/i.test(arg) ? arg.indexOf("=") : -1;
  return at < 0 ? [arg] : [arg.slice(0, at), arg.slice(at + 1)];
}
