/** Now, as kata stores and sends time: UTC, RFC 3339, milliseconds. */
export function isoTime(date: Date): string {
  return date.toISOString();
}

/** A time as it stands in the names of files: `20260301T120000Z`. */
export function fileStamp(time: string): string {
  return time.replaceAll(/[-:]|\.\d+/g, "");
}

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;

/** Reads an RFC 3339 time with a zone and gives it in UTC with milliseconds; undefined when it is none. */
export function parseTime(text: string): string | undefined {
  const found = RFC3339.exec(text);
  if (!found || !isDate(text.slice(0, 10))) return undefined;
  const date = new Date(text.toUpperCase().replace(/(\.\d{3})\d+/, "$1"));
  const time = Number.isNaN(date.getTime()) ? "" : date.toISOString();
  // In UTC it may be a year later or earlier, and years of other than four digits would not sort.
  return /^\d{4}-/.test(time) ? time : undefined;
}

/** Whether `text` is a day that exists, as `YYYY-MM-DD`. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

const UNITS: Record<string, number> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of a duration as Go writes it (`1h30m`, `90s`, `1.5h`), or of whole days (`7d`); undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  if (text === "0") return 0;
  if (!/^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h|d))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, count, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d)/g)) {
    total += Number(count) * (UNITS[unit ?? ""] ?? 0);
  }
  return total;
}

/** Whole seconds as Go prints a duration: `1h2m3s`, `2m3s`, `3s`. */
export function goDuration(ms: number): string {
  const total = Math.round(ms / 1_000);
  const [hours, minutes, seconds] = [Math.floor(total / 3_600), Math.floor(total / 60) % 60, total % 60];
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}

const STEPS: readonly [number, string][] = [
  [365 * 86_400_000, "y"],
  [30 * 86_400_000, "mo"],
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
];

/** How long ago that was, for people: `3 d ago`, `just now`. */
export function ago(time: string, now: number): string {
  const passed = now - Date.parse(time);
  const step = STEPS.find(([ms]) => passed >= ms);
  return step ? `${Math.floor(passed / step[0])} ${step[1]} ago` : "just now";
}
