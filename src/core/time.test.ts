import { expect, test } from "bun:test";
import { ago, goDuration, isDate, parseDuration, parseTime } from "./time.ts";

test("`parseTime()` reads RFC 3339 and gives UTC with milliseconds", () => {
  const cases: [string, string | undefined][] = [
    ["2026-05-01T12:34:56Z", "2026-05-01T12:34:56.000Z"],
    ["2026-05-01T12:34:56.7Z", "2026-05-01T12:34:56.700Z"],
    ["2026-05-01T12:34:56.123456789Z", "2026-05-01T12:34:56.123Z"],
    ["2026-05-01T14:34:56+02:00", "2026-05-01T12:34:56.000Z"],
    ["2026-05-01t12:34:56z", "2026-05-01T12:34:56.000Z"],
    ["2026-02-30T00:00:00Z", undefined],
    ["2026-05-01T25:00:00Z", undefined],
    ["2026-05-01T24:00:00Z", undefined],
    ["9999-12-31T23:59:59-01:00", undefined],
    ["2026-05-01T12:34:56", undefined],
    ["2026-05-01", undefined],
    ["yesterday", undefined],
  ];
  for (const [given, wanted] of cases) expect(parseTime(given)).toBe(wanted as string);
});

test("`isDate()` knows which days exist", () => {
  expect(["2024-02-29", "2026-12-31"].every(isDate)).toBe(true);
  expect(["2026-02-29", "2026-13-01", "2026-1-1", "20260101", ""].some(isDate)).toBe(false);
});

test("`parseDuration()` reads what Go writes, and days", () => {
  const cases: [string, number | undefined][] = [
    ["1h30m", 5_400_000],
    ["90s", 90_000],
    ["1.5h", 5_400_000],
    ["250ms", 250],
    ["7d", 604_800_000],
    ["0", 0],
    ["5", undefined],
    ["-1h", undefined],
    ["1h x", undefined],
    ["", undefined],
  ];
  for (const [given, wanted] of cases) expect(parseDuration(given)).toBe(wanted as number);
});

test("`goDuration()` prints whole seconds as Go does", () => {
  expect([0, 63_000, 3_600_000, 3_661_400].map(goDuration)).toEqual(["0s", "1m3s", "1h0m0s", "1h1m1s"]);
});

test("`ago()` names the largest unit that has passed", () => {
  const now = Date.parse("2026-05-01T00:00:00Z");
  expect(ago("2026-05-01T00:00:00Z", now)).toBe("just now");
  expect(ago("2026-04-30T23:57:00Z", now)).toBe("3 min ago");
  expect(ago("2026-04-28T00:00:00Z", now)).toBe("3 d ago");
  expect(ago("2024-04-28T00:00:00Z", now)).toBe("2 y ago");
});
