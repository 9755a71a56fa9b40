import { RRule, type Options } from "rrule";
import { KataError } from "../core/error.ts";

type Frequency = "YEARLY" | "MONTHLY" | "WEEKLY" | "DAILY" | "HOURLY" | "MINUTELY" | "SECONDLY";

const FREQUENCIES: Record<Frequency, { seconds: number; parts: readonly string[] }> = {
  YEARLY: { seconds: 0, parts: ["BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYDAY", "BYSETPOS"] },
  MONTHLY: { seconds: 0, parts: ["BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS"] },
  WEEKLY: { seconds: 0, parts: ["BYMONTH", "BYDAY", "BYSETPOS"] },
  DAILY: { seconds: 86_400, parts: ["BYMONTH", "BYMONTHDAY", "BYDAY"] },
  HOURLY: { seconds: 3_600, parts: ["BYMONTH", "BYMONTHDAY", "BYDAY", "BYHOUR"] },
  MINUTELY: { seconds: 60, parts: ["BYMONTH", "BYMONTHDAY", "BYDAY", "BYHOUR", "BYMINUTE"] },
  SECONDLY: { seconds: 1, parts: ["BYMONTH", "BYMONTHDAY", "BYDAY", "BYHOUR", "BYMINUTE", "BYSECOND"] },
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
const DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
const DAY_MS = 86_400_000;
/** Every rule by the day that ever comes again does so within the calendar's cycle of leap years and weekdays. */
const LONGEST_GAP_DAYS = 41 * 366;

/** A rule that was read, and can tell its dates. */
export type Rule = { frequency: Frequency; parts: ReadonlyMap<string, string>; timezone: string };

/** Reads an RRULE (RFC 5545 §3.3.10), or refuses it with the part that is wrong. */
export function readRule(text: string, timezone: string): Rule {
  const parts = new Map<string, string>();
  for (const part of text
    .trim()
    .replace(/^RRULE:/i, "")
    .split(";")) {
    const [name = "", value = ""] = part.toUpperCase().split("=");
    if (parts.has(name)) throw invalid(`${name} is there twice`);
    parts.set(name, value);
  }
  const given = parts.get("FREQ") ?? "";
  if (!(given in FREQUENCIES)) throw invalid(`FREQ must be one of ${Object.keys(FREQUENCIES).join(", ")}`);
  const frequency = given as Frequency;
  for (const [name, value] of parts) checkPart(frequency, name, value);
  if (parts.has("COUNT") && parts.has("UNTIL")) throw invalid("COUNT and UNTIL can't stand together");
  return { frequency, parts, timezone };
}

function invalid(why: string): KataError {
  return new KataError("validation", `rrule: ${why}`, { hint: "For example FREQ=WEEKLY;BYDAY=MO,TH." });
}

/** What a part may look like, where it is no list. */
const SINGLE: Record<string, RegExp> = {
  FREQ: /^[A-Z]+$/,
  INTERVAL: /^[1-9]\d{0,5}$/,
  COUNT: /^[1-9]\d{0,5}$/,
  UNTIL: /^\d{8}(?:T\d{6}Z?)?$/,
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
  if (!FREQUENCIES[frequency].parts.includes(name)) throw invalid(`${name} has no meaning with FREQ=${frequency}`);
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

/** The first date of the rule, begun at `dtstart`, that is later than `after`; undefined when there is none. Dates are `YYYY-MM-DD`. */
export function nextDate(rule: Rule, dtstart: string, after: string): string | undefined {
  const next = FREQUENCIES[rule.frequency].seconds > 0 ? nextByDay(rule, dtstart, after) : nextByRule(rule, dtstart, after);
  const until = untilDate(rule);
  return next === undefined || (until !== undefined && next > until) ? undefined : next;
}

const msOf = (date: string) => Date.parse(`${date}T00:00:00Z`);
const dateOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

function nextByRule({ parts }: Rule, dtstart: string, after: string): string | undefined {
  const text = [...parts]
    .filter(([name]) => name !== "UNTIL")
    .map(([name, value]) => `${name}=${value}`)
    .join(";");
  const options: Partial<Options> = { ...RRule.parseString(text), dtstart: new Date(msOf(dtstart)) };
  const found = new RRule(options).after(new Date(msOf(after) + DAY_MS - 1), false);
  return found ? dateOf(found.getTime()) : undefined;
}

/** Rules by the day or finer, which the library would search for thousands of years; times of day collapse to their dates. */
function nextByDay({ frequency, parts }: Rule, dtstart: string, after: string): string | undefined {
  const stride = FREQUENCIES[frequency].seconds * Number(parts.get("INTERVAL") ?? 1);
  const start = msOf(dtstart);
  const counted = parts.has("COUNT") ? Number(parts.get("COUNT")) : Number.POSITIVE_INFINITY;
  // Without a count nothing before the wanted day matters.
  const first = Number.isFinite(counted) ? start : Math.max(start, msOf(after) + DAY_MS);
  const perDay = Math.max(1, Math.floor(DAY_MS / 1_000 / stride));
  let left = counted;
  for (let day = first, steps = 0; steps < LONGEST_GAP_DAYS && left > 0; day += DAY_MS, steps++) {
    if (!falls(day - start, stride) || !fits(day, parts)) continue;
    if (dateOf(day) > after) return dateOf(day);
    left -= perDay;
  }
  return undefined;
}

/** Whether a moment of the rule falls on the day that begins `offset` ms after its start. */
function falls(offset: number, strideSeconds: number): boolean {
  const stride = strideSeconds * 1_000;
  return Math.ceil(offset / stride) * stride < offset + DAY_MS;
}

function fits(day: number, parts: ReadonlyMap<string, string>): boolean {
  const date = new Date(day);
  const among = (name: string, ...values: (string | number)[]) => {
    const list = parts.get(name)?.split(",");
    return !list || values.some((value) => list.includes(String(value)));
  };
  const days = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  const dayOfMonth = date.getUTCDate();
  return (
    among("BYMONTH", date.getUTCMonth() + 1) &&
    among("BYMONTHDAY", dayOfMonth, dayOfMonth - days - 1) &&
    among("BYDAY", DAYS[(date.getUTCDay() + 6) % 7] ?? "")
  );
}

/** The last date that UNTIL allows, in the rule's own time zone. */
function untilDate({ parts, timezone }: Rule): string | undefined {
  const until = parts.get("UNTIL");
  if (until === undefined) return undefined;
  const date = `${until.slice(0, 4)}-${until.slice(4, 6)}-${until.slice(6, 8)}`;
  if (!until.endsWith("Z")) return date;
  const moment = new Date(`${date}T${until.slice(9, 11)}:${until.slice(11, 13)}:${until.slice(13, 15)}Z`);
  if (Number.isNaN(moment.getTime())) return date;
  // An occurrence is at midnight there: it is within the limit when that midnight is.
  return new Intl.DateTimeFormat("en-CA", { timeZone: timezone, year: "numeric", month: "2-digit", day: "2-digit" }).format(moment);
}
