import { expect, test } from "bun:test";
import fc from "fast-check";
import { readRule } from "../core/rrule.ts";
import { nextDate } from "./rrule.ts";

/** The first dates of a rule from its start on. */
function dates(rule: string, dtstart: string, count: number, timezone = "UTC"): string[] {
  const read = readRule(rule, timezone);
  const found: string[] = [];
  let after: string | undefined;
  while (found.length < count) {
    const next = nextDate(read, dtstart, after);
    if (next === undefined) break;
    found.push(next);
    after = next;
  }
  return found;
}

test("`nextDate()` steps through rules of every frequency", () => {
  const cases: [string, string, string[]][] = [
    ["FREQ=DAILY", "2025-01-06", ["2025-01-06", "2025-01-07", "2025-01-08"]],
    ["FREQ=DAILY;INTERVAL=3", "2025-01-06", ["2025-01-06", "2025-01-09", "2025-01-12"]],
    ["FREQ=DAILY;BYDAY=MO,FR", "2025-01-07", ["2025-01-10", "2025-01-13", "2025-01-17"]],
    ["FREQ=WEEKLY;BYDAY=MO,TH", "2025-01-07", ["2025-01-09", "2025-01-13", "2025-01-16"]],
    ["FREQ=WEEKLY;INTERVAL=2", "2025-01-06", ["2025-01-06", "2025-01-20", "2025-02-03"]],
    ["FREQ=MONTHLY;BYMONTHDAY=31", "2025-01-31", ["2025-01-31", "2025-03-31", "2025-05-31"]],
    ["FREQ=MONTHLY;BYDAY=-1FR", "2025-01-01", ["2025-01-31", "2025-02-28", "2025-03-28"]],
    ["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2025-01-01", ["2028-02-29", "2032-02-29", "2036-02-29"]],
    ["FREQ=HOURLY", "2025-01-06", ["2025-01-06", "2025-01-07", "2025-01-08"]],
    ["FREQ=HOURLY;INTERVAL=36", "2025-01-06", ["2025-01-06", "2025-01-07", "2025-01-09"]],
    ["FREQ=DAILY;COUNT=2", "2025-01-06", ["2025-01-06", "2025-01-07"]],
    ["FREQ=WEEKLY;COUNT=2", "2025-01-06", ["2025-01-06", "2025-01-13"]],
    ["FREQ=DAILY;UNTIL=20250107", "2025-01-06", ["2025-01-06", "2025-01-07"]],
    ["FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "2025-01-06", []],
    ["FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30", "2025-01-06", []],
    ["RRULE:FREQ=DAILY;COUNT=1", "2025-03-30", ["2025-03-30"]],
    ["FREQ=DAILY;BYHOUR=9;BYMINUTE=30", "2025-01-06", ["2025-01-06", "2025-01-07", "2025-01-08"]],
    ["FREQ=DAILY;BYHOUR=9,17;COUNT=3", "2025-01-06", ["2025-01-06", "2025-01-07"]],
    ["FREQ=DAILY;BYHOUR=9,17;BYSETPOS=-1;COUNT=2", "2025-01-06", ["2025-01-06", "2025-01-07"]],
    ["FREQ=DAILY;BYMONTH=02;BYMONTHDAY=+01", "2025-01-06", ["2025-02-01", "2026-02-01", "2027-02-01"]],
    ["FREQ=DAILY;INTERVAL=20000", "2025-01-06", ["2025-01-06", "2079-10-10", "2134-07-14"]],
    ["FREQ=HOURLY;INTERVAL=5;COUNT=10", "2025-01-06", ["2025-01-06", "2025-01-07"]],
    ["FREQ=HOURLY;BYHOUR=9,17;COUNT=3", "2025-01-06", ["2025-01-06", "2025-01-07"]],
    ["FREQ=HOURLY;INTERVAL=7;BYHOUR=1", "2025-01-06", ["2025-01-08", "2025-01-15", "2025-01-22"]],
    ["FREQ=HOURLY;BYYEARDAY=1,-1", "2025-01-06", ["2025-12-31", "2026-01-01", "2026-12-31"]],
    ["FREQ=MINUTELY;INTERVAL=2;BYMINUTE=1", "2025-01-06", []],
    ["FREQ=WEEKLY;BYDAY=TU;BYHOUR=9,17;COUNT=3", "2025-01-06", ["2025-01-07", "2025-01-14"]],
    ["FREQ=WEEKLY;BYDAY=MO;BYSETPOS=7", "2025-01-06", []],
    ["FREQ=DAILY", "9999-12-31", ["9999-12-31"]],
  ];
  for (const [rule, dtstart, wanted] of cases) expect([rule, dates(rule, dtstart, 3, "Europe/Berlin")]).toEqual([rule, wanted]);
});

test("`nextDate()` takes UNTIL in UTC for the day that it is in the rule's zone", () => {
  expect(dates("FREQ=DAILY;UNTIL=20250107T230000Z", "2025-01-06", 9, "Europe/Berlin")).toEqual(["2025-01-06", "2025-01-07", "2025-01-08"]);
  expect(dates("FREQ=DAILY;UNTIL=20250107T230000Z", "2025-01-06", 9, "UTC")).toEqual(["2025-01-06", "2025-01-07"]);
  expect(dates("FREQ=DAILY;UNTIL=20250107T225959Z", "2025-01-06", 9, "Europe/Berlin")).toEqual(["2025-01-06", "2025-01-07"]);
  expect(dates("FREQ=DAILY;BYHOUR=9;UNTIL=20250107T085959", "2025-01-06", 9)).toEqual(["2025-01-06"]);
  expect(dates("FREQ=WEEKLY;BYHOUR=9;UNTIL=20250113", "2025-01-06", 9)).toEqual(["2025-01-06", "2025-01-13"]);
});

test("`readRule()` refuses what is no rule, and names the part", () => {
  const refused = [
    "",
    "nonsense",
    "FREQ=SOMETIMES",
    "FREQ=DAILY;FREQ=DAILY",
    "FREQ=WEEKLY;BYDAY=XX",
    "FREQ=WEEKLY;BYDAY=1MO",
    "FREQ=DAILY;INTERVAL=0",
  ];
  refused.push(
    "FREQ=DAILY;COUNT=-1",
    "FREQ=DAILY;UNTIL=soon",
    "FREQ=DAILY;BYMONTH=13",
    "FREQ=WEEKLY;BYMONTHDAY=1",
    "FREQ=DAILY;FOO=1",
    "FREQ=DAILY;COUNT=1;UNTIL=20250101",
    "FREQ=DAILY;UNTIL=20250230",
    "FREQ=DAILY;UNTIL=20250101T250000Z",
    "FREQ=DAILY=WEEKLY",
    "FREQ=DAILY;BYHOUR=24",
    "FREQ=DAILY;",
  );
  for (const rule of refused) expect(() => readRule(rule, "UTC")).toThrow(/^rrule: /);
});

const day = fc
  .date({ min: new Date("2000-01-01"), max: new Date("2040-01-01"), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const rule = fc
  .record({
    freq: fc.constantFrom("DAILY", "WEEKLY", "MONTHLY", "YEARLY", "HOURLY"),
    interval: fc.integer({ min: 1, max: 40 }),
    month: fc.option(fc.integer({ min: 1, max: 12 })),
  })
  .map(({ freq, interval, month }) => `FREQ=${freq};INTERVAL=${interval}${month === null ? "" : `;BYMONTH=${month}`}`);

test("`nextDate()` gives a later date, never before the start, and none between two steps", () => {
  fc.assert(
    fc.property(rule, day, day, (text, dtstart, after) => {
      const read = readRule(text, "America/New_York");
      const next = nextDate(read, dtstart, after);
      if (next === undefined) return;
      expect(next > after && next >= dtstart).toBe(true);
      const before = new Date(Date.parse(next) - 86_400_000).toISOString().slice(0, 10);
      expect(nextDate(read, dtstart, before > after ? before : after)).toBe(next);
    }),
    { numRuns: 150 },
  );
});

const list = (most: number) =>
  fc.option(fc.uniqueArray(fc.integer({ min: 0, max: most }), { minLength: 1, maxLength: 3 }), { nil: undefined });
const timed = fc.record({
  unit: fc.constantFrom(["DAILY", 1_440], ["HOURLY", 60], ["MINUTELY", 1]) as fc.Arbitrary<[string, number]>,
  interval: fc.integer({ min: 1, max: 90 }),
  hours: list(23),
  minutes: list(59),
  place: fc.option(fc.constantFrom(1, 2, -1), { nil: undefined }),
  count: fc.integer({ min: 1, max: 40 }),
});
const DAYS = 12;

test("`nextDate()` gives the dates that come of looking at every minute", () => {
  fc.assert(
    fc.property(timed, ({ unit: [freq, length], interval, hours, minutes, place, count }) => {
      const periods = new Map<number, number[]>();
      for (let minute = 0; minute < DAYS * 1_440; minute++) {
        const period = Math.floor(minute / length);
        const isHour = hours?.includes(Math.floor(minute / 60) % 24) ?? (length < 1_440 || minute % 1_440 < 60);
        const isMinute = minutes?.includes(minute % 60) ?? (length < 60 || minute % 60 === 0);
        if (period % interval === 0 && isHour && isMinute) periods.set(period, [...(periods.get(period) ?? []), minute]);
      }
      const found = [...periods.values()].flatMap((times) => (place ? times.slice(place > 0 ? place - 1 : place).slice(0, 1) : times));
      const days = new Set(found.slice(0, count).map((minute) => Math.floor(minute / 1_440)));
      const lists = { BYHOUR: hours, BYMINUTE: minutes, BYSETPOS: place && [place] };
      const given = Object.entries(lists).flatMap(([name, each]) => (each ? [`;${name}=${each.join(",")}`] : []));
      const text = `FREQ=${freq};INTERVAL=${interval};COUNT=${count}${given.join("")}`;
      const wanted = [...days].map((day) => new Date(Date.parse("2025-01-06T00:00:00Z") + day * 86_400_000).toISOString().slice(0, 10));
      expect([text, dates(text, "2025-01-06", DAYS).filter((date) => date < "2025-01-18")]).toEqual([text, wanted]);
    }),
    { numRuns: 60 },
  );
});
