import { KataError } from "./error.ts";
import { isDate } from "./time.ts";

export type Frequency = "YEARLY" | "MONTHLY" | "WEEKLY" | "DAILY" | "HOURLY" | "MINUTELY" | "SECONDLY";

/** The parts that have no meaning with a frequency (RFC 5545 §3.3.10). */
const BARRED: Record<Frequency, readonly string[]> = {
  YEARLY: [],
  MONTHLY: ["BYYEARDAY", "BYWEEKNO"],
  WEEKLY: ["BYMONTHDAY", "BYYEARDAY", "BYWEEKNO"],
  DAILY: ["BYYEARDAY", "BYWEEKNO"],
  HOURLY: ["BYWEEKNO"],
  MINUTELY: ["BYWEEKNO"],
  SECONDLY: ["BYWEEKNO"],
};
/** The least and the greatest value of each list, by amount; those marked may be counted from the end, as negatives. */
const RANGES: Record<string, [number, number, "signed"?]> = {
  BYMONTH: [1, 12],
  BYMONTHDAY: [1, 31, "signed"],
  BYYEARDAY: [1, 366, "signed"],
  BYWEEKNO: [1, 53, "signed"],
  BYSETPOS: [1, 366, "signed"],
  BYHOUR: [0, 23],
  BYMINUTE: [0, 59],
  BYSECOND: [0, 59],
};

/** A rule that was read: its parts by name, in upper case. */
export type Rule = { frequency: Frequency; parts: ReadonlyMap<string, string>; timezone: string };

/** Reads an RRULE (RFC 5545 §3.3.10), or refuses it with the part that is wrong. */
export function readRule(text: string, timezone: string): Rule {
  const parts = partsOf(text.trim().replace(/^RRULE:/i, ""));
  const given = parts.get("FREQ") ?? "";
  if (!(given in BARRED)) throw invalid(`FREQ must be one of ${Object.keys(BARRED).join(", ")}`);
  const frequency = given as Frequency;
  for (const [name, value] of parts) checkPart(frequency, name, value);
  const until = parts.get("UNTIL");
  if (until !== undefined && !isDate(dayOf(until))) throw invalid(`UNTIL=${until} is no day`);
  if (until !== undefined && parts.has("COUNT")) throw invalid("COUNT and UNTIL can't stand together");
  return { frequency, parts, timezone };
}

function partsOf(text: string): Map<string, string> {
  const parts = new Map<string, string>();
  for (const part of text.toUpperCase().split(";")) {
    const [name = "", value = "", ...more] = part.split("=");
    if (more.length > 0) throw invalid(`${part} can't be read`);
    if (parts.has(name)) throw invalid(`${name} is there twice`);
    parts.set(name, value);
  }
  return parts;
}

function invalid(why: string): KataError {
  return new KataError("validation", `rrule: ${why}`, { hint: "For example FREQ=WEEKLY;BYDAY=MO,TH." });
}

/** What a part may look like, where it is no list. */
const SINGLE: Record<string, RegExp> = {
  FREQ: /^[A-Z]+$/,
  INTERVAL: /^[1-9]\d{0,5}$/,
  COUNT: /^[1-9]\d{0,5}$/,
  UNTIL: /^\d{8}(?:T(?:[01]\d|2[0-3])[0-5]\d[0-5]\dZ?)?$/,
  WKST: /^(?:MO|TU|WE|TH|FR|SA|SU)$/,
};
const DAY = /^(?:MO|TU|WE|TH|FR|SA|SU)$/;
const ORDINAL_DAY = /^(?:[+-]?[1-9]\d?)?(?:MO|TU|WE|TH|FR|SA|SU)$/;

function checkPart(frequency: Frequency, name: string, value: string): void {
  const unreadable = (what: string) => invalid(`${name}=${what} can't be read`);
  const single = SINGLE[name];
  if (single) {
    if (!single.test(value)) throw unreadable(value);
    return;
  }
  if (name !== "BYDAY" && !RANGES[name]) throw invalid(`${name || "an empty part"} is no part of a rule`);
  if (BARRED[frequency].includes(name)) throw invalid(`${name} has no meaning with FREQ=${frequency}`);
  const day = frequency === "YEARLY" || frequency === "MONTHLY" ? ORDINAL_DAY : DAY;
  for (const item of value.split(",")) {
    if (!(name === "BYDAY" ? day.test(item) : inRange(name, item))) throw unreadable(item);
  }
}

function inRange(name: string, item: string): boolean {
  const [least, most, signed] = RANGES[name] ?? [0, -1];
  const amount = Math.abs(Number(item));
  return (signed ? /^[+-]?\d{1,3}$/ : /^\d{1,2}$/).test(item) && amount >= least && amount <= most;
}

/** The day of a date or time as rules write it, as `YYYY-MM-DD`. */
export function dayOf(text: string): string {
  return `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}`;
}

/** The numbers of a list of a rule; undefined where it has none. */
export function numbersOf({ parts }: Rule, name: string): number[] | undefined {
  return parts.get(name)?.split(",").map(Number);
}
