import { type Frequency, numbersOf, type Rule } from "./rrule.ts";

const DAY_MS = 86_400_000;
const DAY_SECONDS = 86_400;
const LAST_DAY = Date.parse("9999-12-31T00:00:00Z");
/** A rule that comes again does so within the calendar's cycle of leap years and weekdays, but for strides that drift by seconds. */
const LONGEST_GAP_DAYS = 41 * 366;

const SECONDS: Partial<Record<Frequency, number>> = { DAILY: DAY_SECONDS, HOURLY: 3_600, MINUTELY: 60, SECONDLY: 1 };
const WEEKDAYS = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];

/**
 * The first time, not before `from`, of a rule by the day or finer that begins at midnight of the day `start`, also a
 * midnight as `from` is. The library would search for it second by second, and for thousands of years.
 */
export function nextByDay(rule: Rule, start: number, from: number): number | undefined {
  const stride = (SECONDS[rule.frequency] ?? 1) * Number(rule.parts.get("INTERVAL") ?? 1);
  const count = rule.parts.get("COUNT");
  const fits = dayFilter(rule);
  const timesFrom = timesOfDay(rule, stride);
  let left = count === undefined ? Number.POSITIVE_INFINITY : Number(count);
  // Without a count nothing before the wanted day matters.
  let day = count === undefined ? (from - start) / DAY_MS : 0;
  for (let looked = 0; looked < LONGEST_GAP_DAYS && left > 0; day++) {
    const offset = day * DAY_SECONDS;
    const phase = (stride - (offset % stride)) % stride;
    day += Math.floor(phase / DAY_SECONDS);
    const midnight = start + day * DAY_MS;
    if (midnight > LAST_DAY) return undefined;
    if (midnight >= from) looked += 1;
    const times = fits(midnight) ? timesFrom(phase % DAY_SECONDS) : [];
    if (times[0] !== undefined && midnight >= from) return midnight + times[0] * 1_000;
    left -= times.length;
  }
  return undefined;
}

/** Whether a day is one of those that the rule names. */
function dayFilter(rule: Rule): (midnight: number) => boolean {
  const among = (name: string) => {
    const list = numbersOf(rule, name);
    return (...values: number[]) => !list || values.some((value) => list.includes(value));
  };
  const [isMonth, isMonthDay, isYearDay] = [among("BYMONTH"), among("BYMONTHDAY"), among("BYYEARDAY")];
  const weekdays = rule.parts.get("BYDAY")?.split(",");
  return (midnight) => {
    const date = new Date(midnight);
    const [year, month, monthDay] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
    const monthDays = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
    const yearDay = (midnight - Date.UTC(year, 0, 0)) / DAY_MS;
    const yearDays = (Date.UTC(year + 1, 0, 0) - Date.UTC(year, 0, 0)) / DAY_MS;
    return (
      isMonth(month + 1) &&
      isMonthDay(monthDay, monthDay - monthDays - 1) &&
      isYearDay(yearDay, yearDay - yearDays - 1) &&
      (weekdays?.includes(WEEKDAYS[date.getUTCDay()] ?? "") ?? true)
    );
  };
}

/**
 * The rule's times of a day as seconds of it, when the first of its periods in that day begins at `phase`. Days repeat
 * themselves: there are not more phases and periods together than a day has seconds.
 */
function timesOfDay(rule: Rule, stride: number): (phase: number) => readonly number[] {
  const known = new Map<number, readonly number[]>();
  const places = numbersOf(rule, "BYSETPOS");
  const clock = clockOf(rule);
  return (phase) => {
    const found = known.get(phase);
    if (found) return found;
    const times: number[] = [];
    for (let second = phase; second < DAY_SECONDS; second += stride) {
      const period = clock(second);
      times.push(...(places ? [...new Set(places.map((place) => period.at(place > 0 ? place - 1 : place)))] : period).filter(isNumber));
    }
    known.set(
      phase,
      times.sort((a, b) => a - b),
    );
    return times;
  };
}

const isNumber = (value: number | undefined): value is number => value !== undefined;

/** The times of the period that begins at a second of the day: units as coarse as the frequency filter, finer ones multiply. */
function clockOf(rule: Rule): (second: number) => number[] {
  const units = [
    { seconds: 3_600, list: numbersOf(rule, "BYHOUR") },
    { seconds: 60, list: numbersOf(rule, "BYMINUTE") },
    { seconds: 1, list: numbersOf(rule, "BYSECOND") },
  ].map(({ seconds, list }) => ({ seconds, list: list && [...new Set(list)].sort((a, b) => a - b) }));
  const period = SECONDS[rule.frequency] ?? 1;
  return (second) => {
    let times = [0];
    for (const { seconds, list } of units) {
      const own = Math.floor(second / seconds) % (seconds === 3_600 ? 24 : 60);
      const values = seconds < period ? (list ?? [0]) : !list || list.includes(own) ? [own] : [];
      times = times.flatMap((time) => values.map((value) => time + value * seconds));
    }
    return times;
  };
}
