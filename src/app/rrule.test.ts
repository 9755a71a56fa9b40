import { expect, test } from "bun:test";
import fc from "fast-check";
import { nextDate, readRule } from "./rrule.ts";

/** The first dates of a rule from its start on. */
function dates(rule: string, dtstart: string, count: number, timezone = "UTC"): string[] {
  const read = readRule(rule, timezone);
  const found: string[] = [];
  let after = "0001-01-01";
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
  ];
  for (const [rule, dtstart, wanted] of cases) expect([rule, dates(rule, dtstart, 3, "Europe/Berlin")]).toEqual([rule, wanted]);
});

test("`nextDate()` takes UNTIL in UTC for the day that it is in the rule's zone", () => {
  expect(dates("FREQ=DAILY;UNTIL=20250107T230000Z", "2025-01-06", 9, "Europe/Berlin")).toEqual(["2025-01-06", "2025-01-07", "2025-01-08"]);
  expect(dates("FREQ=DAILY;UNTIL=20250107T230000Z", "2025-01-06", 9, "UTC")).toEqual(["2025-01-06", "2025-01-07"]);
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
