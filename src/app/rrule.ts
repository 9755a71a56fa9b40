import { RRule, type Options } from "rrule";
import { nextByDay } from "../core/rrule-days.ts";
import { dayOf, numbersOf, type Rule } from "../core/rrule.ts";

const TIMES = ["BYHOUR", "BYMINUTE", "BYSECOND"] as const;
const DAY_MS = 86_400_000;

/**
 * The first date of the rule, begun at the start of `dtstart`, that is later than `after`, or the very first; undefined when
 * there is none. Dates are `YYYY-MM-DD`; of several times of a day only the day is told.
 */
export function nextDate(rule: Rule, dtstart: string, after?: string): string | undefined {
  const start = msOf(dtstart);
  const from = after === undefined ? start : Math.max(start, msOf(after) + DAY_MS);
  const next = /^(?:YEAR|MONTH|WEEK)LY$/.test(rule.frequency) ? nextByRule(rule, start, from) : nextByDay(rule, start, from);
  return next === undefined || next > lastMoment(rule) ? undefined : new Date(next).toISOString().slice(0, 10);
}

/** Days and times are those of the rule's zone, as if it were UTC. */
const msOf = (date: string) => Date.parse(`${date}T00:00:00Z`);

function nextByRule(rule: Rule, start: number, from: number): number | undefined {
  if (isOutOfPlaces(rule)) return undefined;
  const whole = rule.parts.has("COUNT") || rule.parts.has("BYSETPOS");
  // What counts nothing needs no more than the first time of each day, of which there may be 86,400.
  const earliest = (name: string, value: string) =>
    whole || !TIMES.some((each) => each === name) ? value : String(Math.min(...value.split(",").map(Number)));
  const text = [...rule.parts]
    .filter(([name]) => name !== "UNTIL")
    .map(([name, value]) => `${name}=${earliest(name, value)}`)
    .join(";");
  const options: Partial<Options> = { ...RRule.parseString(text), dtstart: new Date(start) };
  return new RRule(options).after(new Date(from), true)?.getTime();
}

/** Whether no week has as many times as BYSETPOS asks for: the library would look for one until the year 9999. */
function isOutOfPlaces(rule: Rule): boolean {
  if (rule.frequency !== "WEEKLY") return false;
  const lengths = ["BYDAY", ...TIMES].map((name) => rule.parts.get(name)?.split(",").length ?? 1);
  const most = lengths.reduce((product, length) => product * length);
  return numbersOf(rule, "BYSETPOS")?.every((place) => Math.abs(place) > most) ?? false;
}

/** The last moment that UNTIL allows, in the rule's own time zone; a day without a time is allowed until its end. */
function lastMoment({ parts, timezone }: Rule): number {
  const until = parts.get("UNTIL");
  if (until === undefined) return Number.POSITIVE_INFINITY;
  const day = msOf(dayOf(until));
  const time = /T(\d\d)(\d\d)(\d\d)/.exec(until);
  if (!time) return day + DAY_MS - 1;
  const [, hour, minute, second] = time.map(Number) as [number, number, number, number];
  const moment = day + ((hour * 60 + minute) * 60 + second) * 1_000;
  return until.endsWith("Z") ? wallClock(moment, timezone) : moment;
}

/** What the clocks of a zone show at a moment. */
function wallClock(moment: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat("en", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  const shown = new Map(format.formatToParts(moment).map(({ type, value }) => [type, Number(value)]));
  const [year = 0, month = 1, day = 1, hour, minute, second] = (["year", "month", "day", "hour", "minute", "second"] as const).map((type) =>
    shown.get(type),
  );
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
